/** Which conversations are on whose desk, and in which order. */
import type { ConversationRow } from "@/api/types";
import { matches } from "@ui/picker";

export interface ListFilter {
  operatorId: string | null;
  view: "open" | "snoozed";
  sort: "due" | "new";
  client?: string | undefined;
  q?: string | undefined;
}

export function isMine(row: ConversationRow, operatorId: string | null): boolean {
  return operatorId !== null && row.operator_id === operatorId;
}

export function isOpen(row: ConversationRow): boolean {
  return row.state === "active" || row.state === "wrapup" || row.state === "open";
}

export function inView(row: ConversationRow, filter: ListFilter): boolean {
  if (!isMine(row, filter.operatorId)) return false;
  if (filter.view === "snoozed" ? row.state !== "snoozed" : !isOpen(row)) return false;
  if (filter.client && row.client_id !== filter.client) return false;
  if (!filter.q) return true;
  return matches(
    filter.q,
    `${row.number} ${row.customer.name ?? ""} ${row.subject ?? ""} ${row.preview ?? ""} ${row.tags.join(" ")}`,
  );
}

const late = "9999";
const moment = (row: ConversationRow) => row.due_at ?? row.snoozed_until ?? late + row.opened_at;

/**
 * By deadline (no deadline last, then the longest open), or newest first; ties by id. What sleeps owes
 * nothing: its moment is when it comes back.
 */
export function comparer(sort: ListFilter["sort"]) {
  return (a: ConversationRow, b: ConversationRow): number => {
    const [x, y] =
      sort === "new"
        ? [b.last_message_at ?? b.opened_at, a.last_message_at ?? a.opened_at]
        : [moment(a), moment(b)];
    if (x !== y) return x < y ? -1 : 1;
    return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
  };
}

const worded = (text: string | null) => (text ?? "").replace(/\s+/g, " ").trim();

/** The words of a row: a subject only where it says more than the last message. */
export function rowWords(row: Pick<ConversationRow, "subject" | "preview">): { subject: string; preview: string } {
  const subject = worded(row.subject);
  const preview = worded(row.preview);
  const bare = subject.replace(/…$/, "");
  return bare && preview.startsWith(bare) ? { subject: "", preview } : { subject, preview };
}
