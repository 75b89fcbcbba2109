import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Suspense, useId, useState } from "react";
import { api } from "@/api/client";
import { explain } from "@/api/words";
import type { ConversationDetail, ConversationRow } from "@/api/types";
import { useT } from "@/i18n";
import { day, moment } from "@/i18n/format";
import { useAction } from "@/keys/react";
import { useLive } from "@/live/react";
import { useQueueName, useTags } from "@/reference";
import { Button, IconButton } from "@ui/button";
import { say } from "@ui/toast";
import { ConsultSection } from "./consults/section";
import { adoptRow, timelineQuery } from "./api";
import { ClientBadge } from "./client-badge";
import { CustomerCard } from "./customer";
import { channelName, stateName } from "./labels";
import { latePart } from "./late-part";
import { Section } from "./section";
import { WhyCard } from "./why";

const CustomerAside = latePart(async () => {
  const module = await import("./aside");
  await module.spoken;
  return module.CustomerAside;
});

interface Props {
  row: ConversationRow;
  detail: ConversationDetail | undefined;
}

/** What helps to answer: for whom, who writes, why here, what came before. */
export function ContextPane({ row, detail }: Props) {
  const t = useT();
  return (
    <aside className="context" aria-label={t("context.label")} data-region tabIndex={-1}>
      <div className="card context-client">
        <ClientBadge id={row.client_id} wide />
        <QueueLine row={row} />
      </div>
      <CustomerCard row={row} customer={detail?.customer ?? null} />
      <ConsultSection row={row} />
      <WhyCard why={detail?.why ?? null} row={row} />
      <History customerId={row.customer.id} current={row.id} />
      <Tags row={row} />
      {/* Last, since it comes late: it pushes nothing away from under a pointer. */}
      <Suspense>{detail?.customer && <CustomerAside key={detail.customer.id} customer={detail.customer} />}</Suspense>
    </aside>
  );
}

function QueueLine({ row }: { row: ConversationRow }) {
  const queue = useQueueName(row.queue_id);
  return (
    <p className="meta">
      {[queue, channelName(row.channel), row.language?.toUpperCase()].filter(Boolean).join(" · ")}
    </p>
  );
}

function History({ customerId, current }: { customerId: string; current: string }) {
  const t = useT();
  const { data, error } = useQuery(timelineQuery(customerId));
  const past = (data ?? []).filter((entry) => entry.id !== current);
  return (
    <Section icon="history" title={t("history.title")}>
      {error ? (
        <p className="meta">{explain(error)}</p>
      ) : past.length === 0 ? (
        <p className="meta">{t("history.none")}</p>
      ) : (
        <ul className="history">
          {past.slice(0, 8).map((entry) => (
            <li key={entry.id}>
              <span className="meta num">{day(entry.opened_at)}</span>
              <Link to="/work/$id" params={{ id: entry.id }} className="grow clip">
                {entry.subject || channelName(entry.channel)}
              </Link>
              <span className="meta">
                {entry.promise?.until && entry.promise.phone && entry.state !== "closed"
                  ? t("history.call", { time: moment(entry.promise.until, Date.now()) })
                  : stateName(entry.state)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function Tags({ row }: { row: ConversationRow }) {
  const t = useT();
  const { store } = useLive();
  const known = useTags();
  const [adding, setAdding] = useState(false);
  const [text, setText] = useState("");
  const listId = useId();
  useAction("tag", () => setAdding(true));
  const change = (add: string[], remove: string[], words?: string) => {
    const before = store.get("conversations", row.id);
    if (before) {
      const tags = [...new Set([...before.tags.filter((tag) => !remove.includes(tag)), ...add])];
      store.set("conversations", row.id, { ...before, tags });
    }
    api
      .post<ConversationRow>(`/conversations/${row.id}/tags`, { add, remove })
      .then((next) => {
        adoptRow(store, next);
        if (words) say(words, { label: t("undo"), run: () => change(remove, add) });
      })
      .catch((error: unknown) => {
        store.set("conversations", row.id, before);
        say(explain(error));
      });
  };
  const submit = () => {
    const tag = text.trim();
    if (tag && !row.tags.includes(tag)) change([tag], [], t("tags.added", { tag }));
    setText("");
    setAdding(false);
  };
  return (
    <Section icon="tag" title={t("tags.title")}>
      <div className="row-flex wrap">
        {row.tags.map((tag) => (
          <span key={tag} className="chip">
            {tag}
            <IconButton icon="x" label={t("tags.remove", { tag })} onPress={() => change([], [tag], t("tags.removed", { tag }))} />
          </span>
        ))}
        {adding ? (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              submit();
            }}
          >
            <input
              ref={(field) => field?.focus()}
              className="input"
              aria-label={t("tags.new")}
              list={listId}
              value={text}
              onChange={(event) => setText(event.target.value)}
              onBlur={submit}
              onKeyDown={(event) => {
                if (event.key === "Escape") {
                  setText("");
                  setAdding(false);
                }
              }}
            />
            <datalist id={listId}>
              {known.map((tag) => (
                <option key={tag.name} value={tag.name} />
              ))}
            </datalist>
          </form>
        ) : (
          <Button icon="plus" onPress={() => setAdding(true)}>
            {t("tags.add")}
          </Button>
        )}
      </div>
    </Section>
  );
}
