/** A list scrolled to its end stays there: an offer that goes gives it room, and would pull its rows down. */
import { useCallback, useLayoutEffect, useRef, type RefObject } from "react";

/** How high the rows must be for a scrolled place to last; undefined when they are anyway. */
export function heightFor(top: number, height: number, rows: number): number | undefined {
  return top > 0 && top + height > rows ? top + height : undefined;
}

/** Keeps the place as the room for the list changes; the function is told of each scroll. */
export function useResting(box: RefObject<HTMLElement | null>, rows: number): () => void {
  const seen = useRef({ top: 0, height: 0, propped: false });
  const prop = useCallback(
    (to: number | undefined) => {
      const space = box.current?.firstElementChild as HTMLElement | null | undefined;
      if (space) space.style.minBlockSize = to === undefined ? "" : `${to}px`;
      seen.current.propped = to !== undefined;
    },
    [box],
  );
  useLayoutEffect(() => {
    const element = box.current;
    if (!element || typeof ResizeObserver === "undefined") return undefined;
    // Other rows: the place that was kept is none of theirs.
    if (seen.current.propped) prop(undefined);
    const observer = new ResizeObserver(() => {
      const { top, height } = seen.current;
      const { clientHeight, scrollTop, scrollHeight } = element;
      if (clientHeight === 0 || clientHeight === height) return;
      seen.current.height = clientHeight;
      if (height === 0) return;
      // Before it is painted, and only what the browser did: whoever was brought elsewhere stays there.
      const pulled = scrollTop < top && scrollTop + clientHeight >= scrollHeight - 1;
      prop(heightFor(pulled ? top : scrollTop, clientHeight, rows));
      if (pulled) element.scrollTop = top;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [box, rows, prop]);
  return () => {
    const element = box.current;
    if (!element) return;
    seen.current.top = element.scrollTop;
    if (seen.current.propped) prop(heightFor(seen.current.top, element.clientHeight, rows));
  };
}
