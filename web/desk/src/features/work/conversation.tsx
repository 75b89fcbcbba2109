import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef } from "react";
import { api } from "@/api/client";
import { explain } from "@/api/words";
import type { ConversationDetail, ConversationRow } from "@/api/types";
import { useT } from "@/i18n";
import { moment } from "@/i18n/format";
import { useAction } from "@/keys/react";
import { shown } from "@/keys/map";
import { useLive, useRow } from "@/live/react";
import { reduce } from "@/live/reducers";
import { may, useSession } from "@/session";
import { Empty, Pill, Skeleton } from "@ui/bits";
import { Button, IconButton } from "@ui/button";
import { Icon, type IconName } from "@ui/icon";
import { Menu, MenuItem } from "@ui/menu";
import { say } from "@ui/toast";
import type { AfterDone } from "./after-done";
import { adoptRow, detailQuery } from "./api";
import { ClientBadge } from "./client-badge";
import { ConsultPill } from "./consults/pill";
import { Composer } from "./composer";
import { Beside } from "./beside";
import { Due } from "./due";
import { channelName, stateName } from "./labels";
import { adoptDraft, useDesk, useOutbox } from "./outbox-react";
import { useOpened, type Panel } from "./opened";
import { useStayed } from "@/stayed";
import { Promised } from "./promised";
import { ReadOnly } from "./read-only";
import { Thread } from "./thread";
import { Viewers } from "./typing";
import { sayUndoable } from "./undo";

const load = {
  transfer: () => import("./transfer"),
  snooze: () => import("./snooze"),
  wrapup: () => import("./wrapup"),
  consult: () => import("./consults/ask"),
  merge: () => import("./merge"),
  call: () => import("./call-back"),
};
const TransferDialog = lazy(() => load.transfer().then((module) => ({ default: module.TransferDialog })));
const SnoozeDialog = lazy(() => load.snooze().then((module) => ({ default: module.SnoozeDialog })));
const ConsultDialog = lazy(() => load.consult().then((module) => ({ default: module.ConsultDialog })));
const MergeDialog = lazy(() => load.merge().then((module) => ({ default: module.MergeDialog })));
const CallBackDialog = lazy(() => load.call().then((module) => ({ default: module.CallBackDialog })));
const WrapUp = lazy(() => load.wrapup().then((module) => ({ default: module.WrapUp })));

interface Props {
  id: string;
  onBack: () => void;
  onDone: AfterDone;
}

/** One open conversation: thread and composer, with what helps beside them. */
export function Conversation({ id, onBack, onDone }: Props) {
  const t = useT();
  const { store } = useLive();
  const { drafts } = useDesk();
  const stays = useStayed(id);
  const detail = useQuery({ ...detailQuery(id), enabled: stays });
  const live = useRow("conversations", id);
  const seen = useRef<ConversationRow | null>(null);
  const { data, dataUpdatedAt: loadedAt } = detail;
  useEffect(() => {
    if (!data) return;
    adoptRow(store, data.conversation);
    for (const draft of data.drafts) adoptDraft(drafts, draft);
    // Who looked when this was loaded, as if they had just said so.
    for (const viewer of data.viewers) {
      const said = { k: "viewing", b: { ...viewer, conversation_id: id, on: true } };
      store.apply(reduce(store, said, loadedAt));
    }
  }, [data, loadedAt, store, drafts, id]);
  // A conversation that left this desk while open stays readable, as it was last known.
  const row = live ?? (seen.current?.id === id ? seen.current : data?.conversation);
  useEffect(() => {
    if (row) seen.current = row;
  }, [row]);
  if (row) {
    const gone = !live && data !== undefined;
    return <Open row={row} gone={gone} detail={data} stays={stays} onBack={onBack} onDone={onDone} />;
  }
  return (
    <section className="talk" aria-label={t("thread.label")}>
      {detail.error ? (
        <Empty icon="triangle-alert" title={explain(detail.error)}>
          <Button tone="outline" icon="arrow-left" onPress={onBack}>
            {t("thread.back")}
          </Button>
        </Empty>
      ) : (
        <div className="thread-scroll">
          <Skeleton label={t("loading")} lines={6} />
        </div>
      )}
    </section>
  );
}

interface OpenProps {
  row: ConversationRow;
  gone: boolean;
  detail: ConversationDetail | undefined;
  stays: boolean;
  onBack: () => void;
  onDone: AfterDone;
}

function Open({ row, gone, detail, stays, onBack, onDone }: OpenProps) {
  const t = useT();
  const session = useSession();
  const { outbox } = useDesk();
  const unsent = useOutbox().filter((item) => item.conversation_id === row.id);
  const navigate = useNavigate();
  const { panel, wrapping, context, put } = useOpened(row.id);
  const setPanel = (next: Panel) => put({ panel: next });
  const setWrapping = (next: boolean) => put({ wrapping: next });
  const mine = !gone && row.operator_id !== null && row.operator_id === session.operator_id;
  const canWork = mine && (row.state === "active" || row.state === "wrapup" || row.state === "snoozed" || row.state === "open");
  // What time has closed can still be written up.
  const unsaid = mine && row.state === "closed" && row.outcome === "unclassified";
  const canWrap = (canWork || unsaid) && may(session, "conversations.close");
  // Whoever leads may hand on what another has; only its owner does the rest.
  const leads = !mine && may(session, "conversations.supervise");
  const canMove = canWork || (leads && (row.state === "active" || row.state === "wrapup" || row.state === "waiting"));
  const canRequeue = canWork || (canMove && row.state !== "waiting");
  useAction("resolve", () => setWrapping(true), canWrap);
  useAction("transfer", () => setPanel("transfer"), canMove);
  useAction("snooze", () => setPanel("snooze"), canWork);
  useAction("consult", () => setPanel("consult"), canWork);
  useAction("call_back", () => setPanel("call"), canWork && canWrap);
  const done = () => {
    setPanel(null);
    onDone(row.id);
  };
  const asked = useAsked(row, mine ? done : null);
  useAction("merge", () => setPanel("merge"), canWork);
  useAction("requeue", asked.requeue, canRequeue);
  useAction("wake", asked.wake, canWork && row.state === "snoozed");
  useAction("back", onBack);
  useEffect(() => {
    // Ready before they are asked for, also when the line is bad by then.
    const timer = setTimeout(() => void Promise.all(Object.values(load).map((one) => one())).catch(() => undefined), 1200);
    return () => clearTimeout(timer);
  }, []);
  // Whoever is still here finds again what was open; whoever has left comes back first.
  const comeBack = (next: Panel) => {
    void navigate({ to: "/work/$id", params: { id: row.id } });
    setPanel(next);
  };
  return (
    <>
      <section className="talk" aria-label={t("thread.region", { n: row.number })}>
        {/* Where the list gives way to the talk, its heading goes with it. */}
        <h1 className="hidden-visually talk-page">{t("nav.work")}</h1>
        <ThreadHeader
          row={row}
          canWork={canWork}
          canMove={canMove}
          canRequeue={canRequeue}
          canWrap={canWrap}
          onBack={onBack}
          onPanel={setPanel}
          asked={asked}
          onWrap={() => setWrapping(true)}
          onContext={() => put({ context: !context })}
        />
        <Promised row={row} />
        <Thread key={row.id} row={row} stays={stays} />
        {wrapping && canWrap ? (
          <Suspense>
            <WrapUp
              key={row.id}
              row={row}
              onClosed={() => onDone(row.id)}
              onCancel={() => setWrapping(false)}
              onPanel={setPanel}
              onReturn={() => comeBack(null)}
              unsent={unsent}
              sent={() => outbox.settled(row.id)}
            />
          </Suspense>
        ) : canWork ? (
          <>
            {row.state === "wrapup" && (
              <div className="banner tone-info">
                <Icon name="timer" />
                <span className="grow">{t("wrapup.pending")}</span>
                <Button tone="link" onPress={() => setWrapping(true)}>
                  {t("wrapup.open")}
                </Button>
              </div>
            )}
            <Composer row={row} onResolve={() => setWrapping(true)} onSnooze={() => setPanel("snooze")} />
          </>
        ) : (
          <>
            <ReadOnly row={row} gone={gone} onWrap={canWrap ? () => setWrapping(true) : undefined} />
            {session.operator_id && may(session, "conversations.note") && <Composer row={row} only="note" />}
          </>
        )}
      </section>
      <div className="context-pane" data-open={context || undefined}>
        <div className="context-close">
          <Button icon="arrow-left" onPress={() => put({ context: false })}>
            {t("context.close")}
          </Button>
        </div>
        <Beside row={row} detail={detail} stays={stays} />
      </div>
      <Suspense>
      {panel === "transfer" && <TransferDialog row={row} own={mine} onClose={() => setPanel(null)} onDone={done} onReturn={() => comeBack("transfer")} />}
      {(panel === "consult" || panel === "task") && <ConsultDialog row={row} task={panel === "task"} onClose={() => setPanel(null)} />}
      {panel === "call" && (
        <CallBackDialog row={row} customer={detail?.customer ?? null} onClose={() => setPanel(null)} onDone={done} onReturn={() => comeBack("call")} />
      )}
      {panel === "merge" && <MergeDialog row={row} onClose={() => setPanel(null)} onMerged={(into) => onDone(row.id, into)} onReturn={() => comeBack("merge")} />}
      {panel === "snooze" && <SnoozeDialog row={row} onClose={() => setPanel(null)} onDone={done} onReturn={() => comeBack("snooze")} />}
      </Suspense>
    </>
  );
}

/** What is done with a conversation at one press; without a next, another's: not this desk's to take back. */
function useAsked(row: ConversationRow, onNext: (() => void) | null) {
  const t = useT();
  const { store } = useLive();
  const { outbox } = useDesk();
  const go = (verb: "wake" | "requeue", done: () => void) => {
    // A reply written just before goes first: afterwards the conversation is nobody's.
    outbox
      .settled(row.id)
      .then(() => api.post<ConversationRow>(`/conversations/${row.id}/${verb}`))
      .then((next) => {
        adoptRow(store, next);
        done();
      })
      .catch((error: unknown) => say(explain(error)));
  };
  return {
    wake: () => go("wake", () => say(t("wake.done", { n: row.number }))),
    requeue: () =>
      go("requeue", () => {
        const words = t("requeue.done", { n: row.number });
        if (!onNext) return void say(words);
        sayUndoable(words, { store, id: row.id, way: "take-back" });
        onNext();
      }),
  };
}

interface HeaderProps {
  row: ConversationRow;
  canWork: boolean;
  canMove: boolean;
  canRequeue: boolean;
  canWrap: boolean;
  onBack: () => void;
  onPanel: (panel: Panel) => void;
  asked: ReturnType<typeof useAsked>;
  onWrap: () => void;
  onContext: () => void;
}

function ThreadHeader({ row, canWork, canMove, canRequeue, canWrap, onBack, onPanel, asked, onWrap, onContext }: HeaderProps) {
  const t = useT();
  const { engine } = useLive();
  const name = row.customer.name ?? t("customer.unnamed");
  return (
    <header className="thread-head">
      <IconButton className="narrow-only" icon="arrow-left" label={t("thread.back")} shortcut={shown("back")} onPress={onBack} />
      <div className="grow">
        <h2 className="clip">{row.subject || name}</h2>
        <div className="row-flex meta thread-sub">
          <ClientBadge id={row.client_id} />
          <span className="clip">
            {[row.subject ? name : "", channelName(row.channel), `#${row.number}`].filter(Boolean).join(" · ")}
          </span>
          {row.state !== "active" && <Pill>{stateName(row.state)}</Pill>}
          {row.snoozed_until && row.state === "snoozed" && (
            <span className="num clip">{moment(row.snoozed_until, engine.serverNow())}</span>
          )}
          {row.state === "active" && <Due row={row} />}
          <ConsultPill id={row.id} />
          <Viewers id={row.id} />
        </div>
      </div>
      {canMove && (
        <>
          <Menu
            label={t("thread.more")}
            trigger={<IconButton icon="ellipsis" className="thread-more" label={t("thread.more")} />}
          >
            <MenuItem id="transfer" icon="arrow-right-left" shortcut={shown("transfer") ?? ""} onAction={() => onPanel("transfer")}>
              {t("keys.transfer")}
            </MenuItem>
            {canWork && row.state === "snoozed" && (
              <MenuItem id="wake" icon="bell" shortcut={shown("wake") ?? ""} onAction={asked.wake}>
                {t("keys.wake")}
              </MenuItem>
            )}
            {canWork && (
              <>
                <MenuItem id="snooze" icon="clock" shortcut={shown("snooze") ?? ""} onAction={() => onPanel("snooze")}>
                  {t("keys.snooze")}
                </MenuItem>
                <MenuItem id="consult" icon="users" shortcut={shown("consult") ?? ""} onAction={() => onPanel("consult")}>
                  {t("keys.consult")}
                </MenuItem>
                {canWrap && (
                  <MenuItem id="call" icon="phone" shortcut={shown("call_back") ?? ""} onAction={() => onPanel("call")}>
                    {t("keys.call_back")}
                  </MenuItem>
                )}
              </>
            )}
            {canRequeue && (
              <MenuItem id="requeue" icon="undo-2" onAction={asked.requeue}>
                {t("requeue.title")}
              </MenuItem>
            )}
            {canWork && (
              <MenuItem id="merge" icon="copy" onAction={() => onPanel("merge")}>
                {t("merge.title")}
              </MenuItem>
            )}
          </Menu>
          <HeadButton icon="arrow-right-left" label={t("keys.transfer")} shortcut={shown("transfer")} onPress={() => onPanel("transfer")} />
          {canWork && row.state === "snoozed" && (
            <HeadButton icon="bell" label={t("keys.wake")} shortcut={shown("wake")} onPress={asked.wake} />
          )}
          {canWork && row.state !== "snoozed" && (
            <HeadButton icon="clock" label={t("keys.snooze")} shortcut={shown("snooze")} onPress={() => onPanel("snooze")} />
          )}
        </>
      )}
      {canWrap && (
        <HeadButton
          main
          icon="check"
          label={t("keys.resolve")}
          shortcut={shown("resolve")}
          onPress={onWrap}
        />
      )}
      <IconButton className="context-toggle" icon="panel-right" label={t("context.open")} onPress={onContext} />
    </header>
  );
}

interface HeadButtonProps {
  icon: IconName;
  label: string;
  shortcut: string | undefined;
  onPress: () => void;
  main?: boolean;
}

/** What one can do with the conversation: in words where there is room, else as an icon with its name. */
function HeadButton({ icon, label, shortcut, onPress, main = false }: HeadButtonProps) {
  return (
    <IconButton
      tone="outline"
      className={`thread-act button-outline ${main ? "thread-act-main" : "wide-only"}`}
      icon={icon}
      label={label}
      onPress={onPress}
      {...(shortcut ? { shortcut } : {})}
    >
      <span className="thread-act-word" aria-hidden="true">
        {label}
      </span>
    </IconButton>
  );
}
