import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { explain } from "@/api/words";
import type { Consult } from "@/api/types";
import { useT } from "@/i18n";
import { useLive } from "@/live/react";
import { Button } from "@ui/button";
import { Dialog } from "@ui/dialog";
import { say } from "@ui/toast";
import { useLateRefusal } from "../late";
import type { Chosen } from "../naming";
import { Whom } from "../whom";
import { askAnother } from "./api";

interface Props {
  consult: Consult;
  onClose: () => void;
  onReturn: () => void;
}

/** Asks somebody else what was left without an answer: they see all that was said. */
export function AskAnother({ consult, onClose, onReturn }: Props) {
  const t = useT();
  const { store } = useLive();
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const late = useLateRefusal((why) => t("consult.not_moved", { subject: consult.subject, why }), onReturn);
  const ask = useMutation({
    mutationFn: (whom: Chosen) => askAnother(store, consult.id, whom),
    onSuccess: (_, whom) => {
      say(t("consult.done", { name: whom.label }));
      onClose();
    },
    onError: (error) => late(explain(error)),
  });
  return (
    <Dialog title={t("consult.elsewhere")} open onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (chosen) ask.mutate(chosen);
        }}
      >
        <div className="dialog-body">
          <p className="meta">{t("consult.elsewhere_hint")}</p>
          <Whom
            clientId={consult.client_id}
            chosen={chosen}
            onChoose={setChosen}
            words={{ label: t("consult.whom"), queues: t("consult.back_office"), colleagues: t("consult.colleagues") }}
            queue={(one) => one.channel === "task"}
            icon={(kind) => (kind === "queue" ? "inbox" : "user")}
          />
          <div role="alert">{ask.error && <p className="field-error">{explain(ask.error)}</p>}</div>
        </div>
        <div className="dialog-foot">
          <Button onPress={onClose}>{t("cancel")}</Button>
          <Button type="submit" tone="primary" icon="send" isDisabled={!chosen || ask.isPending}>
            {t("consult.confirm")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
