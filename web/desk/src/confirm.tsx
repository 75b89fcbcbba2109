import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { explain } from "@/api/words";
import { useT } from "@/i18n";
import { Button } from "@ui/button";
import { Dialog } from "@ui/dialog";

interface Props {
  title: string;
  /** The word on the button that does it. */
  word: string;
  act: () => Promise<unknown>;
  onClose: () => void;
  /** Says why it was refused; without it as everywhere. */
  words?: (error: unknown) => string;
  children: ReactNode;
}

/** Asks before what cannot be taken back; closes once it is done, and says why when it is not. */
export function Confirm({ title, word, act, onClose, words = explain, children }: Props) {
  const t = useT();
  const doing = useMutation({ mutationFn: act, onSuccess: onClose });
  return (
    <Dialog title={title} open onClose={onClose}>
      <div className="dialog-body">
        {children}
        <div role="alert">{doing.error && <p className="field-error">{words(doing.error)}</p>}</div>
      </div>
      <div className="dialog-foot">
        <Button onPress={onClose}>{t("cancel")}</Button>
        <Button tone="danger" isDisabled={doing.isPending} onPress={() => doing.mutate()}>
          {word}
        </Button>
      </div>
    </Dialog>
  );
}
