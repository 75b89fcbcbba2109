/** Where a list was scrolled to: comes back with Back and with a reload, in this window. */
import { useLayoutEffect, useRef, type RefObject } from "react";

const prefix = "ascolto.place.";

export function placeOf(name: string): number {
  try {
    return Number(sessionStorage.getItem(prefix + name)) || 0;
  } catch {
    return 0;
  }
}

export function keepPlace(name: string, at: number): void {
  try {
    if (at > 0) sessionStorage.setItem(prefix + name, String(Math.round(at)));
    else sessionStorage.removeItem(prefix + name);
  } catch {
    /* storage switched off or full: the list then begins at its top */
  }
}

/** Scrolls to the place that was left, as soon as the list is long enough; then keeps the place. */
export function useScrollPlace(box: RefObject<HTMLElement | null>, name: string, count: number): () => void {
  const found = useRef<{ name: string; done: boolean }>({ name: "", done: false });
  useLayoutEffect(() => {
    if (found.current.name !== name) found.current = { name, done: false };
    const element = box.current;
    if (!element || found.current.done || count === 0) return;
    const wanted = placeOf(name);
    if (element.scrollHeight - element.clientHeight < wanted) return;
    found.current.done = true;
    element.scrollTop = wanted;
  }, [box, name, count]);
  return () => {
    const element = box.current;
    // Not before it was found again: the first scroll of a list still short is none of the reader's.
    if (element && found.current.done && found.current.name === name) keepPlace(name, element.scrollTop);
  };
}
