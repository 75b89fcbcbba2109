/** Which rows of a long list of equal rows are in sight: the rest are not drawn. */
import { useCallback, useLayoutEffect, useRef, useState, type RefObject } from "react";
import { flushSync } from "react-dom";

/** Rows are drawn this far beyond what is seen, and the window moves in steps of it. */
const MARGIN_PX = 300;

interface Seen {
  top: number;
  height: number;
}

/** The first row to draw and the one after the last, for a place in the list. */
export function rowsAt({ top, height }: Seen, size: number, count: number): { first: number; end: number } {
  const end = Math.min(count, Math.ceil((top + height + 2 * MARGIN_PX) / size));
  // A list that became shorter is scrolled back by the browser only later: until then its end is shown.
  const first = Math.min(Math.floor((top - MARGIN_PX) / size), end - Math.ceil(height / size));
  return { first: Math.max(0, first), end };
}

/** How far to scroll so that a row is whole in sight; undefined when it is. */
export function placeFor(at: number, size: number, { top, height }: Seen): number | undefined {
  if (at * size < top) return at * size;
  if ((at + 1) * size > top + height) return (at + 1) * size - height;
  return undefined;
}

const step = (top: number) => Math.max(0, Math.floor(top / MARGIN_PX) * MARGIN_PX);

/** The rows of a scrolled list that are to be drawn. `begin` is where it will be scrolled to first. */
export function useWindow(box: RefObject<HTMLElement | null>, size: number, count: number, begin: () => number) {
  // Read once per scroll or change of size: to ask the page each time would have it laid out each time.
  const seen = useRef<Seen>({ top: 0, height: 0 });
  const [drawn, setDrawn] = useState<Seen>(() => ({ top: step(begin()), height: window.innerHeight }));
  const look = useCallback(() => {
    const { top, height } = seen.current;
    setDrawn((old) => (old.top === step(top) && old.height === height ? old : { top: step(top), height }));
  }, []);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element || typeof ResizeObserver === "undefined") return undefined;
    const observer = new ResizeObserver(() => {
      seen.current = { top: element.scrollTop, height: element.clientHeight };
      look();
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [box, look]);
  const onScroll = useCallback(() => {
    seen.current.top = box.current?.scrollTop ?? 0;
    // Before the next frame: else a fast wheel would show a list without rows.
    flushSync(look);
  }, [box, look]);
  const bring = useCallback(
    (at: number) => {
      const element = box.current;
      if (!element) return;
      if (seen.current.height === 0) seen.current = { top: element.scrollTop, height: element.clientHeight };
      const top = placeFor(at, size, seen.current);
      if (top === undefined) return;
      element.scrollTop = top;
      seen.current.top = top;
      look();
    },
    [box, size, look],
  );
  return { ...rowsAt(drawn, size, count), onScroll, bring };
}
