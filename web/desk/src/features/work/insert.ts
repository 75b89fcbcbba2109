/** Lets the palette put a canned reply into whichever composer is open. */
import type { Canned } from "@/api/types";

type Insert = (canned: Canned) => void;
let current: Insert | null = null;

export function offerInsert(insert: Insert): () => void {
  current = insert;
  return () => {
    if (current === insert) current = null;
  };
}

export function insertCanned(canned: Canned): void {
  current?.(canned);
}
