import { Link } from "@tanstack/react-router";
import { useOwedConsults } from "@/consults";
import { Failed } from "@/failed";
import { useT } from "@/i18n";
import { moment } from "@/i18n/format";
import { useLive, useTable } from "@/live/react";
import { useSession } from "@/session";
import { Empty, Pill, Skeleton } from "@ui/bits";
import { Button } from "@ui/button";
import { Icon } from "@ui/icon";
import { useMentions, useSee } from "./api";

/** Notes that name this operator, the newest first, below the promises that were not kept. */
export function MentionsPage() {
  const t = useT();
  const { engine } = useLive();
  const { data, error, isPending, refetch } = useMentions();
  const see = useSee();
  const items = data?.items ?? [];
  const now = engine.serverNow();
  return (
    <div className="page" data-region tabIndex={-1}>
      <header className="page-head">
        <h1>{t("nav.mentions")}</h1>
      </header>
      <Overdue />
      <Consults />
      {isPending && <Skeleton label={t("loading")} lines={5} />}
      {error && <Failed error={error} retry={refetch} />}
      {data && items.length === 0 && <Empty icon="at-sign" title={t("mentions.none")} />}
      <ul className="stack">
        {items.map((one) => (
          <li key={one.id} className="card" data-unread={one.seen_at === null || undefined}>
            <div className="row-flex wrap">
              <Icon name="at-sign" />
              <strong>{one.by}</strong>
              <span className="meta num">{moment(one.at, now)}</span>
              {one.seen_at === null && <Pill tone="primary">{t("mentions.new")}</Pill>}
              <span className="grow" />
              {one.seen_at === null && (
                <Button tone="outline" icon="check" onPress={() => see(one.id)}>
                  {t("mentions.seen")}
                </Button>
              )}
            </div>
            <p>{one.text}</p>
            <Link to="/work/$id" params={{ id: one.conversation_id }} onClick={() => see(one.id)}>
              #{one.number} {one.subject || one.customer_name || t("conversation.untitled")}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Consults() {
  const t = useT();
  const me = useSession().operator_id;
  const owed = useOwedConsults();
  if (owed.length === 0) return null;
  return (
    <section className="card stack" aria-labelledby="owed">
      <h2 id="owed">{t("nav.consults")}</h2>
      <ul className="stack">
        {owed.map((one) => (
          <li key={one.id} className="row-flex wrap">
            <Icon name="users" />
            <Link to="/consults/$id" params={{ id: one.id }}>
              {one.state === "answered"
                ? t("consult.came", { name: one.operator_name, subject: one.subject })
                : one.operator_id !== me
                  ? t("consult.late", { subject: one.subject })
                  : t("consult.asked", { name: one.asked_by_name, subject: one.subject })}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Overdue() {
  const t = useT();
  const { store, engine } = useLive();
  const overdue = [...useTable("overdue").values()];
  if (overdue.length === 0) return null;
  return (
    <section className="card stack" aria-labelledby="overdue">
      <h2 id="overdue">{t("overdue.title")}</h2>
      <ul className="stack">
        {overdue.map((one) => (
          <li key={one.id} className="row-flex wrap">
            <Icon name="circle-alert" />
            <Link to="/work/$id" params={{ id: one.id }}>
              #{one.number} {store.get("conversations", one.id)?.customer.name || t("customer.unnamed")}
            </Link>
            <span className="meta num">{one.due_at && t("overdue.since", { time: moment(one.due_at, engine.serverNow()) })}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
