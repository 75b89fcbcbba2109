import { useState } from "react";
import type { ConversationRow } from "@/api/types";
import { useT } from "@/i18n";
import { useQueues } from "@/reference";
import { useSession } from "@/session";
import { Button } from "@ui/button";
import { Dialog } from "@ui/dialog";
import { TextArea, TextField } from "@ui/field";
import type { Chosen } from "../naming";
import { randomNonce } from "../model/outbox";
import { useDesk } from "../outbox-react";
import { Whom } from "../whom";
import { FileList, FilePicker } from "../files";
import { useConsultFiles } from "./files";
import { useKept } from "./kept";
import "./words";

interface Props {
  row: ConversationRow;
  /** Work for the back office rather than a question. */
  task?: boolean;
  onClose: () => void;
}

/** Asks a colleague or a queue of the back office; the conversation stays here. */
export function ConsultDialog({ row, task = false, onClose }: Props) {
  const t = useT();
  const { outbox } = useDesk();
  const { account } = useSession();
  const offices = useQueues().filter((one) => one.client_id === row.client_id && one.channel === "task");
  // Where there is but one back office, work goes there.
  const only = task && offices.length === 1 ? offices[0] : undefined;
  const [chosen, setChosen] = useState<Chosen | null>(only ? { id: only.id, kind: "queue", label: only.name } : null);
  const [subject, setSubject] = useKept(account.id, `${row.id}.subject`);
  const [text, setText] = useKept(account.id, `${row.id}.text`);
  const files = useConsultFiles(account.id, row.id, row.id);
  const ready = !files.busy && chosen !== null && subject.trim() !== "" && text.trim() !== "";
  const ask = () => {
    if (!ready) return;
    outbox.add({
      // A line of its own: no question waits behind a reply or behind another that was refused.
      conversation_id: `consult/${randomNonce()}`,
      kind: "consult",
      ask: {
        conversation_id: row.id,
        subject: subject.trim(),
        operator_id: chosen.kind === "colleague" ? chosen.id : null,
        queue_id: chosen.kind === "queue" ? chosen.id : null,
        whom: chosen.label,
      },
      text: text.trim(),
      attachments: files.attachments,
      mentions: [],
      seen_seq: null,
    });
    setSubject("");
    setText("");
    files.clear();
    onClose();
  };
  return (
    <Dialog title={task ? t("task.title") : t("consult.title")} open onClose={onClose}>
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
          <Whom
            clientId={row.client_id}
            chosen={chosen}
            onChoose={setChosen}
            words={{ label: t("consult.whom"), queues: t("consult.back_office"), colleagues: t("consult.colleagues") }}
            queue={(one) => one.channel === "task"}
            icon={(kind) => (kind === "queue" ? "inbox" : "user")}
          />
          <TextField label={t("consult.subject")} required maxLength={200} value={subject} onChange={(event) => setSubject(event.target.value)} />
          <TextArea label={t("consult.text")} hint={t("consult.hint")} rows={3} required value={text} onChange={(event) => setText(event.target.value)} />
          <FileList files={files} />
        </div>
        <div className="dialog-foot">
          <FilePicker onPick={files.add} />
          <Button onPress={onClose}>{t("cancel")}</Button>
          <Button type="submit" tone="primary" icon="send" isDisabled={!ready}>
            {t("consult.confirm")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
