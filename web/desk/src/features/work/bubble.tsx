import { memo } from "react";
import { sentence } from "@/api/words";
import type { Attachment, Message } from "@/api/types";
import { msg, useT } from "@/i18n";
import { bytes, clock } from "@/i18n/format";
import { useSession } from "@/session";
import { Button } from "@ui/button";
import { Icon } from "@ui/icon";
import { attachmentUrl } from "./api";
import { eventText } from "./events";
import type { OutboxItem } from "./model/outbox";
import { useDesk } from "./outbox-react";

const deliveries = {
  sent: msg("delivery.sent"),
  delivered: msg("delivery.delivered"),
  failed: msg("delivery.failed"),
};

interface Props {
  message: Message;
  customer: string | null;
}

/** One message, note or event; who speaks is always written. */
export const Bubble = memo(function Bubble({ message, customer }: Props) {
  const t = useT();
  const session = useSession();
  if (message.kind === "event") {
    return (
      <p className="thread-event meta">
        <span className="num">{clock(message.at)}</span> {eventText(message)}
      </p>
    );
  }
  const { author } = message;
  const own = author.kind === "operator" && author.id === session.operator_id;
  const name = own
    ? t("author.me")
    : (author.name || (author.kind === "customer" ? (customer ?? t("thread.customer")) : t("author.system")));
  const side = author.kind === "customer" ? "in" : "out";
  const kind = message.kind === "note" ? "note" : author.kind === "assistant" ? "ai" : side;
  return (
    <article className={`bubble bubble-${kind}`} aria-label={t("bubble.label", { name, time: clock(message.at) })}>
      <header className="bubble-head">
        {kind === "note" && <Icon name="sticky-note" />}
        <strong>{name}</strong>
        {kind === "note" && <span>{t("bubble.note")}</span>}
        {kind === "ai" && <span>{t("author.assistant")}</span>}
        <time dateTime={message.at} className="num">
          {clock(message.at)}
        </time>
        {kind === "out" && (
          <span className={message.delivery === "failed" ? "bubble-failed" : undefined}>
            {t(deliveries[message.delivery] ?? deliveries.sent)}
          </span>
        )}
      </header>
      {message.text && <p className="bubble-text">{message.text}</p>}
      <Attachments conversation={message.conversation_id} files={message.attachments} />
    </article>
  );
});

function Attachments({ conversation, files }: { conversation: string; files: readonly Attachment[] }) {
  const t = useT();
  if (!files?.length) return null;
  return (
    <ul className="attachments">
      {files.map((file) => (
        <li key={file.id}>
          <a
            className="chip"
            href={attachmentUrl(conversation, file.id)}
            download={file.name}
            aria-label={t("attachment.download", { name: file.name })}
          >
            <Icon name="file" />
            <span className="clip">{file.name}</span>
            <span className="num">{bytes(file.size)}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}

/** A reply or note that the server has not confirmed yet. */
export function PendingBubble({ item }: { item: OutboxItem }) {
  const t = useT();
  const { outbox, drafts } = useDesk();
  const failed = item.state === "failed";
  const edit = () => {
    const taken = outbox.take(item.nonce);
    if (!taken) return;
    const slot = drafts.slot(taken.conversation_id, taken.kind);
    drafts.type(taken.conversation_id, taken.kind, [taken.text, slot.text].filter(Boolean).join("\n\n"));
    if (taken.attachments.length > 0) drafts.attach(taken.conversation_id, taken.kind, taken.attachments);
    document.getElementById("composer")?.focus();
  };
  return (
    <article
      className={`bubble bubble-${item.kind === "note" ? "note" : "out"} bubble-pending`}
      data-failed={failed || undefined}
      aria-label={t("bubble.label", { name: t("author.me"), time: clock(item.at) })}
    >
      <header className="bubble-head">
        <strong>{t("author.me")}</strong>
        <time dateTime={item.at} className="num">
          {clock(item.at)}
        </time>
        <span className={failed ? "bubble-failed" : undefined}>
          {failed ? t("delivery.refused") : item.attempts > 1 ? t("delivery.waiting") : t("delivery.sending")}
        </span>
      </header>
      <p className="bubble-text">{item.text}</p>
      <Attachments conversation={item.conversation_id} files={item.attachments} />
      {(failed || item.attempts > 1) && (
        <div className="row-flex wrap">
          {failed && <span className="bubble-failed">{sentence(item.code ?? "")}</span>}
          <Button tone="outline" icon="refresh-cw" onPress={() => outbox.retry(item.nonce)}>
            {t("bubble.retry")}
          </Button>
          <Button icon="pencil" isDisabled={item.state === "sending"} onPress={edit}>
            {t("bubble.edit")}
          </Button>
        </div>
      )}
    </article>
  );
}
