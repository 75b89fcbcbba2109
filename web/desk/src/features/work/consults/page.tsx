import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { api } from "@/api/client";
import { explain } from "@/api/words";
import type { Consult, Page } from "@/api/types";
import { sideOf } from "@/consults";
import { useT } from "@/i18n";
import { moment } from "@/i18n/format";
import { useLive, useRow, useTable, useTopic } from "@/live/react";
import { useSession } from "@/session";
import { Empty, Skeleton } from "@ui/bits";
import { Icon } from "@ui/icon";
import { ClientBadge } from "../client-badge";
import { useFailedConsults } from "../outbox-react";
import { useClosing } from "./closing";
import { Between, ConsultState } from "./state";
import { ConsultTalk, PendingLine } from "./talk";
import "../work.css";
import "./words";

/** What colleagues ask this person, what this person asks, and what is over. */
export function ConsultsPage() {
  const t = useT();
  const { id } = useParams({ strict: false });
  return (
    <div className="page" data-region tabIndex={-1}>
      <header className="page-head">
        <h1>{t("nav.consults")}</h1>
      </header>
      {id ? <One key={id} id={id} /> : <Lists />}
    </div>
  );
}

function Lists() {
  const t = useT();
  const me = useSession().operator_id;
  const mine = [...useTable("consults").values()].sort((a, b) => (a.id < b.id ? 1 : -1));
  const over = useQuery({
    queryKey: ["live", "consults", "closed"],
    queryFn: () => api.get<Page<Consult>>("/consults", { query: { view: "closed", limit: 50 } }),
  });
  useClosing("closed");
  const failed = useFailedConsults();
  const owed = mine.filter((one) => sideOf(one, me) === "answering" && one.state === "open");
  const answered = mine.filter((one) => sideOf(one, me) === "answering" && one.state === "answered");
  const asked = mine.filter((one) => sideOf(one, me) === "asking");
  return (
    <>
      {failed.length > 0 && (
        <section className="stack" aria-label={t("consult.not_sent")}>
          <h2>{t("consult.not_sent")}</h2>
          {failed.map((item) => (
            <PendingLine key={item.nonce} item={item} />
          ))}
        </section>
      )}
      <Group title={t("consult.to_answer")} items={owed} empty={t("consult.nothing_owed")} />
      <Group title={t("consult.i_asked")} items={asked} empty={t("consult.nothing_asked")} />
      <Group title={t("consult.over")} items={[...answered, ...(over.data?.items ?? [])]} empty={t("consult.nothing_over")} />
    </>
  );
}

function Group({ title, items, empty }: { title: string; items: readonly Consult[]; empty: string }) {
  const { engine } = useLive();
  const now = engine.serverNow();
  return (
    <section className="stack" aria-label={title}>
      <h2>{title}</h2>
      {items.length === 0 && <p className="meta">{empty}</p>}
      <ul className="stack">
        {items.map((one) => (
          <li key={one.id} className="card">
            <div className="row-flex wrap">
              <Link to="/consults/$id" params={{ id: one.id }} className="grow clip">
                {one.subject}
              </Link>
              <ConsultState consult={one} />
              <span className="meta num">{moment(one.last_at, now)}</span>
            </div>
            <Between consult={one} />
            <p className="clip">{one.last_text}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function One({ id }: { id: string }) {
  const t = useT();
  const live = useRow("consults", id);
  const found = useQuery({
    queryKey: ["live", "consults", "one", id],
    queryFn: ({ signal }) => api.get<Consult>(`/consults/${id}`, { signal }),
    enabled: live === undefined,
  });
  const consult = live ?? found.data;
  useTopic(consult ? `conversation:${consult.conversation.id}` : null);
  if (!consult) {
    return found.error ? <Empty icon="triangle-alert" title={explain(found.error)} /> : <Skeleton label={t("loading")} lines={4} />;
  }
  const { conversation: about } = consult;
  return (
    <section className="stack consult-page" aria-label={consult.subject}>
      <Link to="/consults" className="row-flex">
        <Icon name="arrow-left" />
        {t("consult.all")}
      </Link>
      <div className="row-flex wrap">
        <h2 className="grow">{consult.subject}</h2>
        <ConsultState consult={consult} />
      </div>
      <Between consult={consult} />
      <div className="card stack">
        <div className="row-flex wrap meta">
          {t("consult.about")}
          <ClientBadge id={consult.client_id} />
        </div>
        <Link to="/work/$id" params={{ id: about.id }}>
          #{about.number} {[about.customer_name || t("customer.unnamed"), about.subject].filter(Boolean).join(" · ")}
        </Link>
      </div>
      <ConsultTalk consult={consult} />
    </section>
  );
}
