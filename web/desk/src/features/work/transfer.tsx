import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { explain } from "@/api/words";
import type { ConversationRow } from "@/api/types";
import { useT } from "@/i18n";
import { useLive } from "@/live/react";
import { useColleagues, useQueues } from "@/reference";
import { Button } from "@ui/button";
import { Dialog } from "@ui/dialog";
import { TextArea } from "@ui/field";
import { Icon } from "@ui/icon";
import { matches, Picker } from "@ui/picker";
import { adoptRow } from "./api";
import { sayUndoable } from "./undo";

interface Props {
  row: ConversationRow;
  onClose: () => void;
  onDone: () => void;
}

/** Hands a conversation to a queue or a colleague, with a note for whoever takes it. */
export function TransferDialog({ row, onClose, onDone }: Props) {
  const t = useT();
  const { store } = useLive();
  const [query, setQuery] = useState("");
  const [chosen, setChosen] = useState<{ id: string; label: string } | null>(null);
  const [note, setNote] = useState("");
  const queues = useQueues().filter((queue) => queue.client_id === row.client_id && queue.id !== row.queue_id);
  // Queues are all known here; colleagues are found by the server, and only those of this client.
  const operators = useColleagues(query, row.client_id);
  const options = [
    ...queues
      .filter((queue) => matches(query, queue.name))
      .map((queue) => ({ id: `q/${queue.id}`, label: queue.name, group: t("transfer.queues") })),
    ...operators.map((one) => ({
      id: `o/${one.id}`,
      label: [one.display_name, one.team].filter(Boolean).join(" · "),
      group: t("transfer.colleagues"),
    })),
  ];
  const transfer = useMutation({
    mutationFn: (target: string) => {
      const [kind, id] = target.split("/");
      const to = kind === "q" ? { queue_id: id } : { operator_id: id };
      return api.post<ConversationRow>(`/conversations/${row.id}/transfer`, { ...to, note: note.trim() });
    },
    onSuccess: (next) => {
      adoptRow(store, next);
      sayUndoable(t("transfer.done", { n: row.number }), { store, id: row.id, way: "take-back" });
      onDone();
    },
  });
  return (
    <Dialog title={t("transfer.title")} open onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (chosen) transfer.mutate(chosen.id);
        }}
      >
        <div className="dialog-body">
          {chosen ? (
            <p className="row-flex">
              <Icon name="arrow-right-left" />
              <strong className="grow">{chosen.label}</strong>
              <Button tone="outline" onPress={() => setChosen(null)}>
                {t("transfer.change")}
              </Button>
            </p>
          ) : (
            <Picker
              takeFocus
              label={t("transfer.search")}
              query={query}
              onQuery={setQuery}
              options={options}
              onPick={(id) => setChosen(options.find((one) => one.id === id) ?? null)}
              empty={t("transfer.nobody")}
            />
          )}
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
