import { memo, useCallback, useEffect, useId, useRef, type KeyboardEvent, type MouseEvent } from "react";
import type { ConversationRow, QueueRef } from "@/api/types";
import { useT } from "@/i18n";
import { moment } from "@/i18n/format";
import { useLink, useLive, useLoaded, useRow } from "@/live/react";
import { useNow } from "@/live/ticker";
import { useQueues } from "@/reference";
import { placeOf, useScrollPlace } from "@/scroll-place";
import { useSession } from "@/session";
import { useSettings } from "@/settings";
import { useWindow } from "@/windowing";
import { Empty, Skeleton } from "@ui/bits";
import { Button } from "@ui/button";
import { Icon } from "@ui/icon";
import { ClientBadge } from "./client-badge";
import { ConsultMark } from "./consults/pill";
import { Due } from "./due";
import { channelIcon, channelName, stateName } from "./labels";
import type { ListOrder } from "./model/order";
import { rowWords } from "./model/rows";
import { initials, useLookedAt } from "./looked";
import { useResting } from "./resting";
import { useOpenOffers } from "./offer-alert";
import { UnsentMark } from "./unsent";

interface ListProps {
  order: ListOrder<ConversationRow>;
  selected: string | null;
  onOpen: (id: string) => void;
  place: string;
  emptyTitle: string;
}

/** The list of conversations: virtual, ordered by deadline, quiet under pointer and focus. */
export function ConversationList({ order, selected, onOpen, place, emptyTitle }: ListProps) {
  const t = useT();
  const scroller = useRef<HTMLDivElement>(null);
  const ids = order.shown();
  const size = useSettings().density === "compact" ? 48 : 76;
  const base = useId();
  const rows = useWindow(scroller, size, ids.length, () => placeOf(`work/${place}`));
  const keep = useScrollPlace(scroller, `work/${place}`, ids.length);
  const at = selected ? ids.indexOf(selected) : -1;
  const rest = useResting(scroller, ids.length * size);
  const { bring } = rows;
  useEffect(() => {
    if (at >= 0) bring(at);
  }, [at, bring]);
  const queues = useQueues();
  const shown = ids.slice(rows.first, rows.end);
  const lookedAt = useLookedAt(shown);

  const hold = useHold(order);
  const move = (step: number) => {
    const next = ids[Math.min(Math.max(at + step, 0), ids.length - 1)];
    if (next) onOpen(next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step) move(step);
    else if (event.key === "Home") onOpen(ids[0] ?? "");
    else if (event.key === "End") onOpen(ids.at(-1) ?? "");
    else if (event.key === "Enter" && at >= 0) focusComposer();
    else return;
    event.preventDefault();
  };
  // One listener for all rows: each can then stay as it is while others come and go.
  const onClick = (event: MouseEvent<HTMLElement>) => {
    const row = (event.target as HTMLElement).closest<HTMLElement>("[role=option]");
    if (row?.dataset.id) onOpen(row.dataset.id);
  };
  const waiting = order.waiting();
  return (
    <div className="list" {...hold}>
      {waiting > 0 && (
        <div className="list-pill">
          <Button tone="outline" icon="refresh-cw" onPress={() => order.catchUp()}>
            {t("list.updates", { n: waiting })}
          </Button>
        </div>
      )}
      {ids.length === 0 && (
        <div className="list-scroll" tabIndex={-1} data-region-focus>
          <Nothing title={emptyTitle} />
        </div>
      )}
      <div
        ref={scroller}
        hidden={ids.length === 0}
        role="listbox"
        aria-label={t("list.label")}
        aria-activedescendant={at >= 0 ? `${base}-${selected}` : undefined}
        tabIndex={0}
        data-region-focus
        className="list-scroll"
        onClick={onClick}
        onKeyDown={onKeyDown}
        onScroll={() => {
          // Read before the rows are drawn anew: read afterwards, it would have the page laid out for it.
          keep();
          rest();
          rows.onScroll();
        }}
      >
        <div className="list-space" role="presentation" style={{ blockSize: ids.length * size }}>
          {shown.map((id, index) => (
            <Row
              key={id}
              id={id}
              domId={`${base}-${id}`}
              at={rows.first + index}
              of={ids.length}
              size={size}
              selected={id === selected}
              left={order.left(id)}
              viewers={lookedAt(id)}
              order={order}
              queues={queues}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

/** A list without rows: all done only when that is known, and nothing else is offered below. */
export function Nothing({ title }: { title: string }) {
  const t = useT();
  const loaded = useLoaded();
  const { attempt } = useLink();
  const { engine } = useLive();
  const offers = useOpenOffers();
  if (loaded) return offers.length === 0 && <Empty icon="check" title={title} />;
  if (attempt === 0) return <Skeleton label={t("loading")} lines={6} />;
  return (
    <div role="status">
      <Empty icon="triangle-alert" title={t("list.unknown")}>
        <Button tone="outline" onPress={engine.refresh}>
          {t("line.now")}
        </Button>
      </Empty>
    </div>
  );
}

export function focusComposer(): void {
  document.getElementById("composer")?.focus();
}

/** Holds the order while the pointer or the focus is inside. */
function useHold(order: ListOrder<ConversationRow>) {
  const inside = useRef({ pointer: false, focus: false });
  const update = useCallback(
    (next: Partial<{ pointer: boolean; focus: boolean }>) => {
      Object.assign(inside.current, next);
      if (inside.current.pointer || inside.current.focus) order.hold();
      else order.release();
    },
    [order],
  );
  useEffect(() => {
    const { pointer, focus } = inside.current;
    if (pointer || focus) order.hold();
  }, [order]);
  return {
    onPointerEnter: () => update({ pointer: true }),
    onPointerLeave: () => update({ pointer: false }),
    onFocus: () => update({ focus: true }),
    onBlur: (event: React.FocusEvent) => {
      if (!event.currentTarget.contains(event.relatedTarget)) update({ focus: false });
    },
  };
}

interface RowProps {
  id: string;
  domId: string;
  at: number;
  of: number;
  size: number;
  selected: boolean;
  left: boolean;
  /** The names of those who have it open. */
  viewers: string;
  order: ListOrder<ConversationRow>;
  queues: readonly QueueRef[];
}

/** One row at its place; drawn again only when it changes itself, or its place. */
const Row = memo(function Row({ id, domId, at, of, size, selected, left, viewers, order, queues }: RowProps) {
  return (
    <div
      id={domId}
      data-id={id}
      role="option"
      aria-selected={selected}
      aria-posinset={at + 1}
      aria-setsize={of}
      tabIndex={-1}
      className="list-row"
      style={{ transform: `translateY(${at * size}px)`, blockSize: size }}
    >
      <RowContent id={id} left={left} viewers={viewers} order={order} queues={queues} />
    </div>
  );
});

const RowContent = memo(function RowContent({ id, left, viewers, order, queues }: Pick<RowProps, "id" | "left" | "viewers" | "order" | "queues">) {
  const t = useT();
  const live = useRow("conversations", id);
  const { engine } = useLive();
  const { clients } = useSession();
  useNow(30);
  const row = live ?? order.row(id);
  const queue = queues.find((one) => one.id === row?.queue_id)?.name;
  if (!row) return null;
  const unread = row.unread > 0;
  const words = rowWords(row);
  return (
    <div className="row-grid" data-unread={unread || undefined} data-left={left || undefined}>
      <span className="avatar">
        <Icon name={channelIcon(row.channel)} />
        <span className="hidden-visually">{channelName(row.channel)}</span>
      </span>
      <div className="row-text">
        <div className="row-flex row-first">
          <span className="clip row-name">{row.customer.name ?? t("customer.unnamed")}</span>
          <span className="grow row-flex">{clients.length > 1 && <ClientBadge id={row.client_id} />}</span>
          {viewers && <LookedAtBy names={viewers} />}
          <UnsentMark id={id} />
          <ConsultMark id={id} />
          {left ? <span className="meta">{t("list.left")}</span> : <RowMark row={row} />}
          {unread && <Unread count={row.unread} />}
        </div>
        <div className="clip row-words">
          {words.subject && <span className="row-subject">{words.subject} </span>}
          {row.last_from === "operator" && <Answered />}
          {row.promise?.phone && `${t("list.call")} · `}
          {words.preview || (!words.subject && t("conversation.untitled"))}
        </div>
        <div className="row-flex row-last">
          <span className="grow clip meta">
            {queue ?? channelName(row.channel)} · #{row.number}
          </span>
          {row.last_message_at && (
            <span className="meta num">{moment(row.last_message_at, engine.serverNow())}</span>
          )}
          {unread && <Unread count={row.unread} />}
        </div>
      </div>
    </div>
  );
});

/** Colleagues who have it open, by their initials. */
function LookedAtBy({ names }: { names: string }) {
  const t = useT();
  return (
    <span className="pill" title={names}>
      <Icon name="eye" />
      <span aria-hidden="true">{initials(names)}</span>
      <span className="hidden-visually">{t("thread.viewing", { names })}</span>
    </span>
  );
}

/** How much is unread: in the last line of a row, or in the first of a compact one. */
function Unread({ count }: { count: number }) {
  const t = useT();
  return (
    <span className="unread num">
      {count}
      <span className="hidden-visually">{t("list.unread")}</span>
    </span>
  );
}

/** The last word was ours: the customer is the one to speak. */
function Answered() {
  const t = useT();
  return (
    <>
      <Icon name="reply" />
      <span className="hidden-visually">{t("list.answered")}</span>{" "}
    </>
  );
}

/** When what was put aside comes back. */
function ComesBack({ at }: { at: string }) {
  const t = useT();
  const { engine } = useLive();
  return (
    <span className="pill num">
      <Icon name="clock" />
      <span className="hidden-visually">{t("list.comes_back")}</span>
      {moment(at, engine.serverNow())}
    </span>
  );
}

function RowMark({ row }: { row: ConversationRow }) {
  if (row.state === "active") return <Due row={row} />;
  if (row.state === "snoozed" && row.snoozed_until) return <ComesBack at={row.snoozed_until} />;
  return <span className="pill">{stateName(row.state)}</span>;
}
