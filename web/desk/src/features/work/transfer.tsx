import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { explain } from "@/api/words";
import type { ConversationRow } from "@/api/types";
import { useT } from "@/i18n";
import { useLive } from "@/live/react";
import { Button } from "@ui/button";
import { Dialog } from "@ui/dialog";
import { TextArea } from "@ui/field";
import { say } from "@ui/toast";
import { adoptRow } from "./api";
import { useLateRefusal } from "./late";
import { named, takeMeant, type Chosen } from "./naming";
import { useDesk } from "./outbox-react";
import { sayUndoable } from "./undo";
import { Whom } from "./whom";

interface Props {
  row: ConversationRow;
  /** Whether it is this desk's: what was another's is not gone on from here, nor taken back. */
  own: boolean;
  onClose: () => void;
  onDone: () => void;
  /** Brings back here who has left before the answer came. */
  onReturn: () => void;
}

/** Hands a conversation to a queue or a colleague, with a note for whoever takes it. */
export function TransferDialog({ row, own, onClose, onDone, onReturn }: Props) {
  const t = useT();
  const { store } = useLive();
  const { outbox } = useDesk();
  const [chosen, setChosen] = useState<Chosen | null>(takeMeant);
  const [note, setNote] = useState("");
  // As it was when this was opened: the news that it has left may come before the answer.
  const [mine] = useState(own);
  const late = useLateRefusal((why) => t("transfer.failed", { n: row.number, why }), onReturn);
  const transfer = useMutation({
    mutationFn: async (whom: Chosen) => {
      // A reply written just before goes first: afterwards the conversation is another's.
      await outbox.settled(row.id);
      return api.post<ConversationRow>(`/conversations/${row.id}/transfer`, { ...named(whom), note: note.trim() });
    },
    onSuccess: (next) => {
      adoptRow(store, next);
      const words = t("transfer.done", { n: row.number });
      if (mine) {
        sayUndoable(words, { store, id: row.id, way: "take-back" });
        onDone();
      } else {
        say(words);
        onClose();
      }
    },
    onError: (error) => late(explain(error)),
  });
  return (
    <Dialog title={t("transfer.title")} open onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (chosen) transfer.mutate(chosen);
        }}
      >
        <div className="dialog-body">
          <Whom
            clientId={row.client_id}
            chosen={chosen}
            onChoose={setChosen}
            words={{ label: t("transfer.search"), queues: t("transfer.queues"), colleagues: t("transfer.colleagues") }}
            queue={(one) => one.id !== row.queue_id}
            icon={() => "arrow-right-left"}
          />
          <TextArea
            label={t("transfer.note")}
            hint={t("transfer.note_hint")}
            rows={3}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
          <div role="alert">{transfer.error && <p className="field-error">{explain(transfer.error)}</p>}</div>
        </div>
        <div className="dialog-foot">
          <Button onPress={onClose}>{t("cancel")}</Button>
          <Button type="submit" tone="primary" icon="arrow-right-left" isDisabled={!chosen || transfer.isPending}>
            {t("transfer.confirm")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
