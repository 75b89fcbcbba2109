/** The mailroom: whether the books of each mailbox balance, what was set aside, and what did not get through. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { api } from "@/api/client";
import type { IncomingMail, Mailbox, OutgoingMail, Page } from "@/api/types";
import { whole } from "@/api/whole";
import { troubleInWords } from "@/api/mailbox/words";
import { explain } from "@/api/words";
import { msg, useT } from "@/i18n";
import { bytes, moment } from "@/i18n/format";
import { useLive } from "@/live/react";
import { Pill, Skeleton } from "@ui/bits";
import { Button } from "@ui/button";
import { Icon } from "@ui/icon";
import { say } from "@ui/toast";
import "./words";

const AGAIN_MS = 30_000;

/** Why a mail was set aside, where that has a name of its own. */
const reasons: Record<string, string> = {
  not_a_mail: msg("mailroom.why.not_a_mail"),
  no_sender: msg("mailroom.why.no_sender"),
  too_many_attempts: msg("mailroom.why.too_many_attempts"),
  mailbox_closed: msg("mailroom.why.mailbox_closed"),
  infected: msg("mailroom.why.infected"),
  not_scannable: msg("mailroom.why.not_scannable"),
};

/** What a person may send again. */
const unreached = {
  uncertain: { title: msg("mailroom.uncertain"), about: msg("mailroom.uncertain.about") },
  failed: { title: msg("mailroom.failed"), about: msg("mailroom.failed.about") },
  bounced: { title: msg("mailroom.bounced"), about: msg("mailroom.bounced.about") },
} as const;

export function MailroomPage() {
  const t = useT();
  return (
    <div className="page stack" data-region tabIndex={0}>
      <header className="page-head">
        <h1>{t("mailroom.title")}</h1>
      </header>
      <Mailboxes />
      <SetAside />
      <Unreached state="uncertain" />
      <Unreached state="failed" />
      <Unreached state="bounced" />
    </div>
  );
}

function Part({ id, title, about, children }: { id: string; title: string; about?: string; children: ReactNode }) {
  return (
    <section className="card stack" aria-labelledby={`mailroom-${id}`}>
      <h2 id={`mailroom-${id}`}>{title}</h2>
      {about && <p className="meta">{about}</p>}
      {children}
    </section>
  );
}

function Mailboxes() {
  const t = useT();
  const { data, error } = useQuery({
    queryKey: ["mailroom", "mailboxes"],
    queryFn: ({ signal }) => whole<Mailbox>("/mailboxes", { signal }),
    refetchInterval: AGAIN_MS,
  });
  return (
    <Part id="boxes" title={t("mailroom.boxes")} about={t("mailroom.boxes.about")}>
      {error && <p className="field-error">{explain(error)}</p>}
      {!data && !error && <Skeleton label={t("loading")} lines={2} />}
      {data?.length === 0 && <p className="meta">{t("mailroom.boxes.none")}</p>}
      <ul className="stack">
        {data?.map((one) => (
          <Box key={one.channel_id} box={one} />
        ))}
      </ul>
    </Part>
  );
}

function Box({ box }: { box: Mailbox }) {
  const t = useT();
  const { engine } = useLive();
  const now = engine.serverNow();
  const { received, handled, waiting, quarantined, balanced } = box.ledger;
  const compared = box.reconciliation as { server?: number; missing?: number[]; were_missing?: number[] } | null;
  const missing = compared?.missing?.length ?? 0;
  return (
    <li className="stack">
      <p className="row-flex wrap">
        <strong>{box.name}</strong>
        <span className="meta clip">{box.address}</span>
        <Pill tone={balanced ? "ok" : "bad"}>{balanced ? t("mailroom.balanced") : t("mailroom.unbalanced")}</Pill>
        {box.read_at && <span className="meta num">{t("mailroom.read_at", { when: moment(box.read_at, now) })}</span>}
        {box.active && box.fetched && <Compare box={box} />}
      </p>
      <p className="num">{t("mailroom.ledger", { received, handled, waiting, quarantined })}</p>
      {box.trouble && (
        <p className="field-error">
          <Icon name="triangle-alert" /> {troubleInWords(box.trouble)}
        </p>
      )}
      {compared && box.reconciled_at && (
        <p className={missing > 0 ? "field-error" : "meta"}>
          {t("mailroom.compared", {
            when: moment(box.reconciled_at, now),
            server: compared.server ?? 0,
            fetched: (compared.were_missing?.length ?? 0) - missing,
            missing,
          })}
        </p>
      )}
    </li>
  );
}

/** Lays the server's mails beside ours now and not only at night. */
function Compare({ box }: { box: Mailbox }) {
  const t = useT();
  const queries = useQueryClient();
  const ask = useMutation({
    mutationFn: () => api.post(`/mailboxes/${box.channel_id}/reconciliation`),
    onSuccess: () => say(t("mailroom.compare.done")),
    onError: (error) => say(explain(error)),
    onSettled: () => queries.invalidateQueries({ queryKey: ["mailroom", "mailboxes"] }),
  });
  return (
    <Button
      tone="outline"
      icon="refresh-cw"
      aria-label={box.reconciliation_asked ? undefined : t("mailroom.compare.of", { what: box.name })}
      isDisabled={ask.isPending || box.reconciliation_asked}
      onPress={() => ask.mutate()}
    >
      {box.reconciliation_asked ? t("mailroom.compare.asked") : t("mailroom.compare")}
    </Button>
  );
}

/** A list that grows by its cursor, and is asked for again after something was done. */
function useGrowing<T>(path: string, state: string) {
  const queries = useQueryClient();
  const list = useInfiniteQuery({
    queryKey: ["mailroom", path, state],
    queryFn: ({ pageParam, signal }) => api.get<Page<T>>(path, { query: { state, cursor: pageParam, limit: 20 }, signal }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: AGAIN_MS,
  });
  const act = useMutation({
    mutationFn: ({ to }: { to: string; done: string }) => api.post(to),
    onSuccess: (_answer, { done }) => say(done),
    onError: (error) => say(explain(error)),
    onSettled: () => queries.invalidateQueries({ queryKey: ["mailroom"] }),
  });
  return { list, rows: list.data?.pages.flatMap((page) => page.items) ?? [], act };
}

function Growing({ list, none, children }: { list: ReturnType<typeof useGrowing>["list"]; none: string; children: ReactNode[] }) {
  const t = useT();
  return (
    <>
      {list.isPending && <Skeleton label={t("loading")} lines={3} />}
      {list.error && <p className="field-error">{explain(list.error)}</p>}
      {list.data && children.length === 0 && <p className="meta">{none}</p>}
      {children.length > 0 && <ul className="stack">{children}</ul>}
      {list.hasNextPage && (
        <div>
          <Button tone="outline" isDisabled={list.isFetchingNextPage} onPress={() => void list.fetchNextPage()}>
            {t("mailroom.more")}
          </Button>
        </div>
      )}
    </>
  );
}

function SetAside() {
  const t = useT();
  const { engine } = useLive();
  const { list, rows, act } = useGrowing<IncomingMail>("/mail/inbound", "quarantined");
  return (
    <Part id="aside" title={t("mailroom.aside")} about={t("mailroom.aside.about")}>
      <Growing list={list} none={t("mailroom.aside.none")}>
        {rows.map((one) => {
          const came = moment(one.received_at, engine.serverNow());
          // So that the buttons can be told apart by ear: what was not read has neither subject nor sender.
          const named = { what: one.subject || one.sender || came };
          const path = `/mail/inbound/${one.id}`;
          return (
            <li key={one.id} className="stack">
              <p className="row-flex wrap">
                <strong className="clip">{one.subject || t("mailroom.untitled")}</strong>
                <span className="meta clip">{one.sender || t("mailroom.nobody")}</span>
                <span className="meta num">
                  {came} · {bytes(one.size)}
                </span>
              </p>
              <p className="field-error">
                <Icon name="circle-alert" /> <Why reason={one.reason ?? ""} />
              </p>
              <p className="row-flex wrap">
                <Button
                  tone="outline"
                  icon="refresh-cw"
                  aria-label={t("mailroom.replay.of", named)}
                  isDisabled={act.isPending}
                  onPress={() => act.mutate({ to: `${path}/replay`, done: t("mailroom.replay.done") })}
                >
                  {t("mailroom.replay")}
                </Button>
                <Button
                  tone="outline"
                  icon="x"
                  aria-label={t("mailroom.dismiss.of", named)}
                  isDisabled={act.isPending}
                  onPress={() => act.mutate({ to: `${path}/dismissal`, done: t("mailroom.dismiss.done") })}
                >
                  {t("mailroom.dismiss")}
                </Button>
                <a className="button button-outline" href={`/api/v1${path}/source`} download aria-label={t("mailroom.source.of", named)}>
                  <Icon name="download" />
                  {t("mailroom.source")}
                </a>
              </p>
            </li>
          );
        })}
      </Growing>
    </Part>
  );
}

function Why({ reason }: { reason: string }) {
  const t = useT();
  const [name, more] = reason.split(/:\s*/, 2);
  const known = reasons[name ?? ""];
  return known ? t(known, { more: more ?? "" }) : t("mailroom.why.other", { reason });
}

function Unreached({ state }: { state: keyof typeof unreached }) {
  const t = useT();
  const { engine } = useLive();
  const { list, rows, act } = useGrowing<OutgoingMail>("/mail/outbound", state);
  const { title, about } = unreached[state];
  return (
    <Part id={state} title={t(title)} about={t(about)}>
      <Growing list={list} none={t("mailroom.out.none")}>
        {rows.map((one) => (
          <li key={one.id} className="stack">
            <p className="row-flex wrap">
              <Link to="/work/$id" params={{ id: one.conversation_id }} className="clip">
                {one.subject || t("mailroom.untitled")}
              </Link>
              <span className="meta clip">{one.recipient}</span>
              <span className="meta num">{moment(one.created_at, engine.serverNow())}</span>
            </p>
            {one.last_error && <p className="meta">{one.last_error}</p>}
            <div>
              <Button
                tone="outline"
                icon="send"
                aria-label={t("mailroom.resend.of", { what: one.subject || one.recipient })}
                isDisabled={act.isPending}
                onPress={() => act.mutate({ to: `/mail/outbound/${one.id}/resend`, done: t("mailroom.resend.done") })}
              >
                {t("mailroom.resend")}
              </Button>
            </div>
          </li>
        ))}
      </Growing>
    </Part>
  );
}
