/** What a thread shows: stored messages, those on their way, day lines and the line of the unread. */
import type { Message } from "@/api/types";
import type { OutboxItem } from "./outbox";

export type Entry =
  | { kind: "day"; key: string; at: string }
  | { kind: "new"; key: string }
  | { kind: "message"; key: string; message: Message }
  | { kind: "pending"; key: string; item: OutboxItem };

/** The sequence number after which everything is new, given how many customer messages are unread. */
export function readMark(items: readonly Message[], unread: number): number | null {
  if (unread <= 0) return null;
  let left = unread;
  for (let at = items.length - 1; at >= 0; at -= 1) {
    const message = items[at]!;
    if (message.kind !== "message" || message.author.kind !== "customer") continue;
    left -= 1;
    if (left === 0) return message.seq - 1;
  }
  const first = items[0];
  return first ? first.seq - 1 : null;
}

export function entries(
  items: readonly Message[],
  pending: readonly OutboxItem[],
  mark: number | null,
): Entry[] {
  const list: Entry[] = [];
  const stored = new Set<string>();
  let day = "";
  let marked = mark === null;
  for (const message of items) {
    if (message.nonce) stored.add(message.nonce);
    const date = new Date(message.at).toDateString();
    if (date !== day) list.push({ kind: "day", key: `day/${date}`, at: message.at });
    day = date;
    if (!marked && message.seq > mark!) {
      list.push({ kind: "new", key: "new" });
      marked = true;
    }
    list.push({ kind: "message", key: message.nonce ?? message.id, message });
  }
  for (const item of pending) {
    if (!stored.has(item.nonce)) list.push({ kind: "pending", key: item.nonce, item });
  }
  return list;
}
