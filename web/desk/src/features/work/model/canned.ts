/** Canned replies: how they are found and how their variables are filled. */
import type { Canned, ConversationRow } from "@/api/types";
import { matches } from "@ui/picker";

export interface Facts {
  customer_name?: string | null | undefined;
  operator_name?: string | null | undefined;
  client_name?: string | null | undefined;
  number?: number | null | undefined;
}

/** Fills {{customer.name}} and its like; what is unknown stays visible, to be written by hand. */
export function fill(text: string, facts: Facts): string {
  const known: Record<string, string | undefined> = {
    "customer.name": facts.customer_name ?? undefined,
    "customer.first_name": facts.customer_name?.split(" ")[0],
    "operator.name": facts.operator_name ?? undefined,
    "client.name": facts.client_name ?? undefined,
    "conversation.number": facts.number === undefined || facts.number === null ? undefined : String(facts.number),
  };
  return text.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (whole, name: string) => {
    const value = known[name] ?? known[name.replace("_", ".")];
    return value ?? whole;
  });
}

/** The variables of a text that nobody has filled, each once. */
export function unfilled(text: string): string[] {
  return [...new Set(text.match(/\{\{\s*[\w.]+\s*\}\}/g))];
}

/** The "/word" being written right before the caret, if any. */
export function slashWord(text: string, caret: number): { from: number; word: string } | null {
  const match = /(?:^|\s)\/([\p{L}\p{N}_-]*)$/u.exec(text.slice(0, caret));
  if (!match) return null;
  const word = match[1] ?? "";
  return { from: caret - word.length - 1, word };
}

/** Those that fit the client and the word: the conversation's language before others, then by key, title, text. */
export function find(canned: readonly Canned[], word: string, row: Pick<ConversationRow, "client_id" | "language">): Canned[] {
  const foreign = (one: Canned) => Number(one.language !== null && row.language !== null && one.language !== row.language);
  const rank = (one: Canned) => {
    if (one.key.toLowerCase().startsWith(word.toLowerCase())) return 0;
    if (matches(word, one.title)) return 1;
    return matches(word, one.text) ? 2 : 3;
  };
  return canned
    .filter((one) => one.client_id === null || one.client_id === row.client_id)
    .map((one) => ({ one, at: rank(one) }))
    .filter(({ at }) => at < 3)
    .sort((a, b) => foreign(a.one) - foreign(b.one) || a.at - b.at || a.one.key.localeCompare(b.one.key))
    .map(({ one }) => one);
}
