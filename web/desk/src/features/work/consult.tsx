import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { explain } from "@/api/words";
import type { ConversationRow, Message, OperatorRef } from "@/api/types";
import { useT } from "@/i18n";
import { useLive } from "@/live/react";
import { Button } from "@ui/button";
import { Dialog } from "@ui/dialog";
import { TextArea } from "@ui/field";
import { Icon } from "@ui/icon";
import { say } from "@ui/toast";
import { ColleaguePicker } from "./colleague";
import { messageAdded } from "./live";
import { randomNonce } from "./model/outbox";

interface Props {
  row: ConversationRow;
  onClose: () => void;
}

/** Asks a colleague by a note that names them; the conversation stays here. */
export function ConsultDialog({ row, onClose }: Props) {
  const t = useT();
  const { store } = useLive();
  const [who, setWho] = useState<OperatorRef | null>(null);
  const [text, setText] = useState("");
  // One nonce for all tries of this question.
  const [nonce] = useState(randomNonce);
  const ask = useMutation({
    mutationFn: (colleague: OperatorRef) =>
      api.post<Message>(`/conversations/${row.id}/consult`, { operator_id: colleague.id, text: text.trim(), nonce }),
    onSuccess: (note, colleague) => {
      store.apply(messageAdded(store, note));
      say(t("consult.done", { name: colleague.display_name }));
      onClose();
    },
  });
  return (
    <Dialog title={t("consult.title")} open onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (who && text.trim()) ask.mutate(who);
        }}
      >
        <div className="dialog-body">
          {who ? (
            <p className="row-flex">
              <Icon name="user" />
              <strong className="grow">{who.display_name}</strong>
              <Button tone="outline" onPress={() => setWho(null)}>
                {t("transfer.change")}
              </Button>
            </p>
          ) : (
            <ColleaguePicker clientId={row.client_id} onPick={setWho} />
          )}
          <TextArea label={t("consult.text")} hint={t("consult.hint")} rows={3} required value={text} onChange={(event) => setText(event.target.value)} />
          <div role="alert">{ask.error && <p className="field-error">{explain(ask.error)}</p>}</div>
        </div>
        <div className="dialog-foot">
          <Button onPress={onClose}>{t("cancel")}</Button>
          <Button type="submit" tone="primary" icon="send" isDisabled={!who || !text.trim() || ask.isPending}>
            {t("consult.confirm")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
