import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { explain, sentence } from "@/api/words";
import type { Consult } from "@/api/types";
import { isLate, sideOf, useServerNow } from "@/consults";
import { useT } from "@/i18n";
import { moment } from "@/i18n/format";
import { useLive } from "@/live/react";
import { useSession } from "@/session";
import { Skeleton } from "@ui/bits";
import { Button } from "@ui/button";
import { TextArea } from "@ui/field";
import { Icon } from "@ui/icon";
import { say } from "@ui/toast";
import type { OutboxItem } from "../model/outbox";
import { useDesk, useOutbox } from "../outbox-react";
import { Attachments } from "../attachments";
import { FileList, FilePicker } from "../files";
import { closeConsult, consultFileUrl, giveBack, linesQuery } from "./api";
import { AskAnother } from "./elsewhere";
import { useConsultFiles } from "./files";
import { useKept } from "./kept";

/** What was asked and answered, and the field to go on in. */
export function ConsultTalk({ consult }: { consult: Consult }) {
  const t = useT();
  const { engine } = useLive();
  const { data, error, refetch } = useQuery(linesQuery(consult.id));
  const pending = useOutbox().filter((item) => item.kind === "consult" && item.conversation_id === consult.id);
  const behind = data !== undefined && (data.at(-1)?.seq ?? 0) < consult.last_seq;
  useEffect(() => {
    if (behind) void refetch();
  }, [behind, consult.last_seq, refetch]);
  const now = engine.serverNow();
  return (
    <div className="consult-talk">
      <div role="log" aria-label={t("consult.lines", { subject: consult.subject })} tabIndex={0} className="consult-lines">
        {error && !data && <p className="meta">{explain(error)}</p>}
        {!data && !error && <Skeleton label={t("loading")} lines={2} />}
        {data?.map((line) => (
          <article key={line.id} className={`bubble bubble-${line.side === "asking" ? "note" : "out"}`}>
            <header className="bubble-head">
              <strong>{line.author_name}</strong>
              <time dateTime={line.at} className="num">
                {moment(line.at, now)}
              </time>
            </header>
            <p className="bubble-text">{line.text}</p>
            <Attachments files={line.attachments} url={(file) => consultFileUrl(consult.id, file)} />
          </article>
        ))}
        {pending.map((item) => (
          <PendingLine key={item.nonce} item={item} />
        ))}
      </div>
      {consult.state !== "closed" && <Answer consult={consult} />}
    </div>
  );
}

/** What the server has not confirmed yet; a refused one can be tried again or let go. */
export function PendingLine({ item }: { item: OutboxItem }) {
  const t = useT();
  const { outbox } = useDesk();
  const failed = item.state === "failed";
  return (
    <article className="bubble bubble-note bubble-pending" data-failed={failed || undefined}>
      <header className="bubble-head">
        <strong>{item.ask ? item.ask.whom : t("author.me")}</strong>
        <span className={failed ? "bubble-failed" : undefined}>
          {failed ? t("delivery.refused") : t(item.attempts > 1 ? "delivery.waiting" : "delivery.sending")}
        </span>
      </header>
      <p className="bubble-text">{item.text}</p>
      {item.attachments.map((file) => (
        <span key={file.id} className="chip">
          <Icon name="file" />
          {file.name}
        </span>
      ))}
      {failed && (
        <div className="row-flex wrap">
          <span className="bubble-failed">{sentence(item.code ?? "")}</span>
          <Button tone="outline" icon="refresh-cw" onPress={() => outbox.retry(item.nonce)}>
            {t("bubble.retry")}
          </Button>
          <Button icon="x" onPress={() => void outbox.take(item.nonce)}>
            {t("consult.drop")}
          </Button>
        </div>
      )}
    </article>
  );
}

function Answer({ consult }: { consult: Consult }) {
  const t = useT();
  const { store } = useLive();
  const { outbox } = useDesk();
  const { account, operator_id: me } = useSession();
  const side = sideOf(consult, me);
  const [text, setText] = useKept(account.id, consult.id);
  const files = useConsultFiles(account.id, consult.id, consult.conversation.id);
  const [elsewhere, setElsewhere] = useState(false);
  const late = isLate(consult, useServerNow());
  const ready = text.trim() !== "" && !files.busy;
  if (side === null) return null;
  const send = () => {
    if (!ready) return;
    outbox.add({ conversation_id: consult.id, kind: "consult", text: text.trim(), attachments: files.attachments, mentions: [], seen_seq: null });
    setText("");
    files.clear();
  };
  return (
    <>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <div role="status">
          {side === "asking" && late && (
            <p className="banner tone-warn">
              <Icon name="timer" />
              <span className="grow">{t("consult.late_hint")}</span>
            </p>
          )}
        </div>
        <TextArea
          label={side === "answering" ? t("consult.answer") : t("consult.ask_on")}
          rows={2}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
              event.preventDefault();
              send();
            }
          }}
        />
        <FileList files={files} />
        <div className="row-flex end wrap">
          <FilePicker onPick={files.add} />
          {side === "answering" && consult.queue_id !== null && consult.state === "open" && (
            <Button
              tone="outline"
              icon="inbox"
              onPress={() => {
                giveBack(store, consult.id)
                  .then(() => say(t("consult.given_back", { subject: consult.subject })))
                  .catch((error: unknown) => say(explain(error)));
              }}
            >
              {t("consult.give_back")}
            </Button>
          )}
          {side === "asking" && consult.state === "open" && (
            <Button tone={late ? "primary" : "outline"} icon="users" onPress={() => setElsewhere(true)}>
              {t("consult.elsewhere")}
            </Button>
          )}
          {side === "asking" && (
            <Button
              tone="outline"
              icon="check"
              onPress={() => {
                closeConsult(store, consult.id)
                  .then(() => say(t("consult.closed", { subject: consult.subject })))
                  .catch((error: unknown) => say(explain(error)));
              }}
            >
              {t("consult.close")}
            </Button>
          )}
          <Button type="submit" tone={side === "answering" ? "primary" : "outline"} icon="send" isDisabled={!ready}>
            {side === "answering" ? t("consult.send_answer") : t("consult.confirm")}
          </Button>
        </div>
      </form>
      {elsewhere && <AskAnother consult={consult} onClose={() => setElsewhere(false)} onReturn={() => setElsewhere(true)} />}
    </>
  );
}
