/** Lets the palette put a canned reply into whichever composer is open. */
import type { Canned, ConversationRow } from "@/api/types";
import { find } from "./model/canned";

type Insert = (canned: Canned) => void;
type Written = Pick<ConversationRow, "client_id" | "language">;
let current: { row: Written; insert: Insert } | null = null;

export function offerInsert(row: Written, insert: Insert): () => void {
  const mine = { row, insert };
  current = mine;
  return () => {
    if (current === mine) current = null;
  };
}

/** Those that fit the words and the open conversation: nothing of another client, and nothing where none is open. */
export function insertable(canned: readonly Canned[], words: string): Canned[] {
  return current ? find(canned, words, current.row) : [];
}

/** The client of the conversation that is written in; null where none is. */
export function clientWrittenTo(): string | null {
  return current?.row.client_id ?? null;
}

export function insertCanned(canned: Canned): void {
  current?.insert(canned);
}
