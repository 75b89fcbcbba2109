import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { ConversationRow } from "@/api/types";
import { api, ApiError } from "@/api/client";
import { explain } from "@/api/words";
import { useT } from "@/i18n";
import { longDay } from "@/i18n/format";
import { useLive, useRow, useTopic } from "@/live/react";
import { Empty, Skeleton } from "@ui/bits";
import { Button } from "@ui/button";
import { loadEarlier, loadThread } from "./api";
import { Bubble, PendingBubble } from "./bubble";
import { entries, readMark } from "./model/thread";
import { useOutbox } from "./outbox-react";
import { TypingLine } from "./typing";

const NEAR_PX = 48;
const VIEWING_AGAIN_MS = 25_000;

/** The messages of one conversation, newest at the bottom, fifty at a time. */
export function Thread({ row, stays }: { row: ConversationRow; stays: boolean }) {
  const t = useT();
  const { id } = row;
  const thread = useRow("threads", id);
  const { error, retry } = useThreadLoading(id, stays);
  useTopic(stays ? `conversation:${id}` : null);
  const pending = useOutbox();
  const mine = useMemo(() => pending.filter((item) => item.conversation_id === id), [pending, id]);
  const items = thread?.items;
  const mark = useMarkOnce(row, items !== undefined);
  const list = useMemo(() => entries(items ?? [], mine, mark), [items, mine, mark]);
  const box = useRef<HTMLDivElement>(null);
  const { below, toBottom, onScroll, keepPlace } = useStickyBottom(box, list.length, items?.at(-1)?.seq ?? 0);
  useReading(row, stays, below === 0);
  const [earlier, setEarlier] = useState(false);
  const { store } = useLive();

  const showEarlier = async () => {
    setEarlier(true);
    keepPlace();
    await loadEarlier(store, id).catch(() => undefined);
    setEarlier(false);
  };
  return (
    <div className="thread">
      <div
        ref={box}
        role="log"
        aria-label={t("thread.label")}
        aria-busy={earlier || !items}
        // A scrolling area must be reachable to be scrolled with the keyboard.
        tabIndex={0}
        data-region
        className="thread-scroll"
        onScroll={onScroll}
      >
        {error && !items ? (
          <Empty icon="triangle-alert" title={explain(error)}>
            <Button tone="outline" icon="refresh-cw" onPress={retry}>
              {t("broken.again")}
            </Button>
          </Empty>
        ) : !items ? (
          <Skeleton label={t("loading")} lines={6} />
        ) : (
          <>
            {thread.hasEarlier && (
              <div className="thread-earlier">
                <Button tone="outline" isDisabled={earlier} onPress={() => void showEarlier()}>
                  {t("thread.earlier")}
                </Button>
              </div>
            )}
            {list.map((entry) => {
              if (entry.kind === "day") {
                return (
                  <div key={entry.key} className="thread-day meta">
                    {longDay(entry.at)}
                  </div>
                );
              }
              if (entry.kind === "new") {
                return (
                  <div key={entry.key} className="thread-new">
                    {t("thread.new")}
                  </div>
                );
              }
              return entry.kind === "message" ? (
                <Bubble key={entry.key} message={entry.message} customer={row.customer.name} />
              ) : (
                <PendingBubble key={entry.key} item={entry.item} />
              );
            })}
          </>
        )}
        <TypingLine id={id} />
      </div>
      {below > 0 && (
        <div className="thread-below">
          <Button tone="outline" icon="arrow-down" onPress={toBottom}>
            {t("thread.below", { n: below })}
          </Button>
        </div>
      )}
    </div>
  );
}

const AGAIN_MS = 2_000;

/** Loads the thread when it is missing or no longer whole. */
function useThreadLoading(id: string, stays: boolean) {
  const { store } = useLive();
  const thread = useRow("threads", id);
  const [error, setError] = useState<unknown>(null);
  const [tries, setTries] = useState(0);
  const needed = stays && (!thread || thread.stale);
  useEffect(() => {
    if (!needed) return undefined;
    let current = true;
    let again: ReturnType<typeof setTimeout> | undefined;
    const timer = setTimeout(
      () => {
        loadThread(store, id).then(
          () => current && setError(null),
          (problem: unknown) => {
            if (!current) return;
            setError(problem);
            // A server that was away comes back by itself: nobody should have to press for it.
            if (problem instanceof ApiError && problem.transient) again = setTimeout(() => setTries((n) => n + 1), AGAIN_MS);
          },
        );
      },
      tries > 0 ? 300 : 0,
    );
    return () => {
      current = false;
      clearTimeout(timer);
      clearTimeout(again);
    };
  }, [needed, store, id, tries]);
  return { error, retry: () => setTries((n) => n + 1) };
}

/** Where the unread began when the thread was opened: the line stays there while it is read. */
function useMarkOnce(row: ConversationRow, ready: boolean): number | null {
  const { store } = useLive();
  const [mark, setMark] = useState<{ id: string; at: number | null } | null>(null);
  if (ready && mark?.id !== row.id) {
    setMark({ id: row.id, at: readMark(store.get("threads", row.id)?.items ?? [], row.unread) });
  }
  return mark?.id === row.id ? mark.at : null;
}

function useStickyBottom(box: React.RefObject<HTMLDivElement | null>, count: number, lastSeq: number) {
  const stuck = useRef(true);
  const height = useRef<number | null>(null);
  const seenSeq = useRef(lastSeq);
  const [below, setBelow] = useState(0);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    if (height.current !== null) {
      element.scrollTop += element.scrollHeight - height.current;
      height.current = null;
    } else if (stuck.current) {
      element.scrollTop = element.scrollHeight;
      seenSeq.current = lastSeq;
    } else {
      setBelow(Math.max(0, lastSeq - seenSeq.current));
    }
  }, [box, count, lastSeq]);
  useEffect(() => {
    const element = box.current;
    if (!element || typeof ResizeObserver === "undefined") return undefined;
    const observer = new ResizeObserver(() => {
      if (stuck.current) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  const onScroll = useCallback(() => {
    const element = box.current;
    if (!element) return;
    stuck.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
    if (stuck.current) {
      seenSeq.current = lastSeq;
      setBelow(0);
    }
  }, [box, lastSeq]);
  const toBottom = () => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  };
  const keepPlace = () => {
    height.current = box.current?.scrollHeight ?? null;
  };
  return { below, toBottom, onScroll, keepPlace };
}

/** Tells the server what was read: own conversation, at the bottom, page in sight, for a second. */
function useReading(row: ConversationRow, stays: boolean, atBottom: boolean): void {
  const { store, engine } = useLive();
  const { id, unread, last_seq: seq } = row;
  useEffect(() => {
    if (!stays) return undefined;
    // Said again and again: who comes later, or after a cut line, must hear of it too.
    const look = () => engine.tell({ t: "viewing", conversation_id: id });
    look();
    const again = setInterval(look, VIEWING_AGAIN_MS);
    return () => {
      clearInterval(again);
      engine.tell({ t: "viewing", conversation_id: null });
    };
  }, [engine, id, stays]);
  useEffect(() => {
    if (unread === 0 || !atBottom) return undefined;
    const read = () => {
      if (document.visibilityState !== "visible" || !document.hasFocus()) return;
      const now = store.get("conversations", id);
      if (now) store.set("conversations", id, { ...now, unread: 0 });
      api.post(`/conversations/${id}/read`, { seq }).catch(() => undefined);
    };
    const timer = setTimeout(read, 1000);
    window.addEventListener("focus", read);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("focus", read);
    };
  }, [store, id, unread, seq, atBottom]);
}
