/** Where one goes when a conversation is done. */
import { useLayoutEffect, useRef } from "react";

interface Ways {
  order: { shown(): readonly string[]; catchUp(): void };
  open: (id: string) => void;
  back: () => void;
}

/** Called when a conversation is done, with the one that goes on for it when there is one. */
export type AfterDone = (finished: string, into?: string) => void;

/**
 * Goes on to the next conversation, or to the one named. The answer may be late: whoever has opened
 * another conversation meanwhile, or left the page, stays there.
 */
export function useAfterDone(id: string | null, { order, open, back }: Ways): AfterDone {
  const now = useRef<string | null>(null);
  useLayoutEffect(() => {
    now.current = id;
    return () => {
      now.current = null;
    };
  }, [id]);
  return (finished, into) => {
    const ids = order.shown();
    const at = ids.indexOf(finished);
    const next = into ?? ids[at + 1] ?? ids[at - 1];
    order.catchUp();
    if (now.current !== finished) return;
    if (next && next !== finished) open(next);
    else back();
  };
}
