import { useState } from "react";
import type { ConversationRow } from "@/api/types";
import { useT } from "@/i18n";
import { useColleagues, useQueues } from "@/reference";
import { useSession } from "@/session";
import { Button } from "@ui/button";
import { Dialog } from "@ui/dialog";
import { TextArea, TextField } from "@ui/field";
import { Icon } from "@ui/icon";
import { matches, Picker } from "@ui/picker";
import { randomNonce } from "../model/outbox";
import { useDesk } from "../outbox-react";
import { useKept } from "./kept";
import "./words";

interface Props {
  row: ConversationRow;
  onClose: () => void;
}

/** Asks a colleague or a queue of the back office; the conversation stays here. */
export function ConsultDialog({ row, onClose }: Props) {
  const t = useT();
  const { outbox } = useDesk();
  const { account } = useSession();
  const [query, setQuery] = useState("");
  const [chosen, setChosen] = useState<{ id: string; label: string } | null>(null);
  const [subject, setSubject] = useKept(account.id, `${row.id}.subject`);
  const [text, setText] = useKept(account.id, `${row.id}.text`);
  const queues = useQueues().filter((queue) => queue.client_id === row.client_id && queue.channel === "task");
  const colleagues = useColleagues(query, row.client_id);
  const options = [
    ...queues
      .filter((queue) => matches(query, queue.name))
      .map((queue) => ({ id: `q/${queue.id}`, label: queue.name, group: t("consult.back_office") })),
    ...colleagues.map((one) => ({
      id: `o/${one.id}`,
      label: [one.display_name, one.team].filter(Boolean).join(" · "),
      group: t("consult.colleagues"),
    })),
  ];
  const ready = chosen !== null && subject.trim() !== "" && text.trim() !== "";
  const ask = () => {
    if (!ready) return;
    const [kind, id = null] = chosen.id.split("/");
    outbox.add({
      // A line of its own: no question waits behind a reply or behind another that was refused.
      conversation_id: `consult/${randomNonce()}`,
      kind: "consult",
      ask: {
        conversation_id: row.id,
        subject: subject.trim(),
        operator_id: kind === "o" ? id : null,
        queue_id: kind === "q" ? id : null,
        whom: chosen.label,
      },
      text: text.trim(),
      attachments: [],
      mentions: [],
      seen_seq: null,
    });
    setSubject("");
    setText("");
    onClose();
  };
  return (
    <Dialog title={t("consult.title")} open onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          ask();
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            ask();
          }
        }}
      >
        <div className="dialog-body">
          {chosen ? (
            <p className="row-flex">
              <Icon name={chosen.id.startsWith("q/") ? "inbox" : "user"} />
              <strong className="grow">{chosen.label}</strong>
              <Button tone="outline" onPress={() => setChosen(null)}>
                {t("transfer.change")}
              </Button>
            </p>
          ) : (
            <Picker
              takeFocus
              label={t("consult.whom")}
              query={query}
              onQuery={setQuery}
              options={options}
              onPick={(id) => setChosen(options.find((one) => one.id === id) ?? null)}
              empty={t("transfer.nobody")}
            />
          )}
          <TextField label={t("consult.subject")} required maxLength={200} value={subject} onChange={(event) => setSubject(event.target.value)} />
          <TextArea label={t("consult.text")} hint={t("consult.hint")} rows={3} required value={text} onChange={(event) => setText(event.target.value)} />
        </div>
        <div className="dialog-foot">
          <Button onPress={onClose}>{t("cancel")}</Button>
          <Button type="submit" tone="primary" icon="send" isDisabled={!ready}>
            {t("consult.confirm")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
