import { lazy, memo, Suspense, useEffect, useState } from "react";
import { sentence } from "@/api/words";
import type { Message } from "@/api/types";
import { msg, useT } from "@/i18n";
import { clock } from "@/i18n/format";
import { shown } from "@/keys/map";
import { useAction } from "@/keys/react";
import { useSession } from "@/session";
import { Button } from "@ui/button";
import { Icon } from "@ui/icon";
import { Kbd } from "@ui/kbd";
import { attachmentUrl } from "./api";
import { Attachments } from "./attachments";
import { eventText } from "./events";
import type { OutboxItem } from "./model/outbox";
import { useDesk, writeAgain } from "./outbox-react";

const deliveries = {
  sent: msg("delivery.sent"),
  delivered: msg("delivery.delivered"),
  failed: msg("delivery.failed"),
};

const MailLine = lazy(() =>
  import("./mail").then(async (module) => {
    await module.spoken;
    return { default: module.MailLine };
  }),
);

const Marked = lazy(() => import("./mail").then((module) => ({ default: module.Marked })));

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
      {message.text && <Words message={message} />}
      <Attachments files={message.attachments} url={(file) => attachmentUrl(message.conversation_id, file)} />
      {["mail", "told", "envelope"].some((name) => name in message.meta) && (
        <Suspense>
          <MailLine message={message} />
        </Suspense>
      )}
    </article>
  );
});

function Words({ message }: { message: Message }) {
  const plain = <p className="bubble-text">{message.text}</p>;
  if (!("marked" in message.meta)) return plain;
  return (
    <Suspense fallback={plain}>
      <Marked text={message.text} />
    </Suspense>
  );
}

/** A reply or note that the server has not confirmed yet, or that may still be taken back. */
export function PendingBubble({ item }: { item: OutboxItem }) {
  const t = useT();
  const { outbox, drafts } = useDesk();
  const failed = item.state === "failed";
  const edit = () => {
    const taken = outbox.take(item.nonce);
    if (taken) writeAgain(drafts, taken);
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
        {item.state === "held" ? (
          <LeavesIn item={item} />
        ) : (
          <span className={failed ? "bubble-failed" : undefined}>{t(pendingWords(item))}</span>
        )}
      </header>
      <p className="bubble-text">{item.text}</p>
      <Attachments files={item.attachments} url={(file) => attachmentUrl(item.conversation_id, file)} />
      {item.state === "held" && <UndoSending item={item} />}
      {failed && item.came?.map(({ name, text }, at) => (
        <p key={at} className="lines-3">
          <strong>{t("bubble.came", { name })}</strong> {text}
        </p>
      ))}
      {(failed || item.attempts > 1) && item.state !== "held" && (
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

const sending = msg("delivery.sending");
const waiting = msg("delivery.waiting");
const refused = msg("delivery.refused");
const returning = msg("delivery.returning");

function pendingWords(item: OutboxItem): string {
  if (item.state === "failed") return refused;
  if (item.state === "returning") return returning;
  return item.attempts > 1 ? waiting : sending;
}

/** Counts down for the eye; to be read out every second it would be a nuisance. */
function LeavesIn({ item }: { item: OutboxItem }) {
  const t = useT();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, []);
  const left = Math.ceil((Date.parse(item.leaves_at ?? item.at) - now) / 1000);
  return (
    <>
      <span className="num" aria-hidden="true">
        {left > 0 ? t("delivery.leaves_in", { n: left }) : t("delivery.sending")}
      </span>
      <span className="hidden-visually">{t("delivery.held")}</span>
    </>
  );
}

function UndoSending({ item }: { item: OutboxItem }) {
  const t = useT();
  const { outbox } = useDesk();
  const undo = () => outbox.undo(item.nonce);
  useAction("undo", undo);
  return (
    <div className="row-flex wrap">
      <Button tone="outline" icon="undo-2" onPress={undo}>
        {t("undo")}
        <Kbd>{shown("undo")}</Kbd>
      </Button>
    </div>
  );
}
