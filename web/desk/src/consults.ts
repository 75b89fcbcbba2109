/** Consults as this desk has them, on which side of each one stands, and what one owes there. */
import type { Consult } from "@/api/types";
import { useLive, useTable } from "@/live/react";
import { useNow } from "@/live/ticker";
import { useSession } from "@/session";

export type Side = "asking" | "answering";

export function sideOf(consult: Consult, me: string | null): Side | null {
  if (me === null) return null;
  if (consult.operator_id === me) return "answering";
  if (consult.asked_by === me || consult.conversation.operator_id === me) return "asking";
  return null;
}

/** No answer has come for so long that somebody else may be asked. */
export function isLate(consult: Consult, now: number): boolean {
  return consult.state === "open" && consult.overdue_at !== null && Date.parse(consult.overdue_at) <= now;
}

/**
 * There is something to do for this person: an answer is owed; one has come and nobody has closed it;
 * or none comes and others can be asked.
 */
export function isOwed(consult: Consult, me: string | null, now: number): boolean {
  const side = sideOf(consult, me);
  if (side === "answering") return consult.state === "open";
  return side === "asking" && (consult.state === "answered" || isLate(consult, now));
}

/** The server's now, new twice a minute. */
export function useServerNow(): number {
  const { engine } = useLive();
  useNow(30);
  return engine.serverNow();
}

/** What the server listed, with what frames have told since: the newer version of each, newest first. */
export function withNews(listed: readonly Consult[], told: readonly Consult[]): Consult[] {
  const all = new Map(listed.map((one) => [one.id, one]));
  for (const one of told) if ((all.get(one.id)?.v ?? 0) < one.v) all.set(one.id, one);
  return [...all.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
}

/** Those that go on beside one conversation. */
export function useOpenConsults(conversation: string): Consult[] {
  const table = useTable("consults");
  return [...table.values()].filter((one) => one.conversation.id === conversation);
}

/** Those in which this person has something to do. */
export function useOwedConsults(): Consult[] {
  const me = useSession().operator_id;
  const table = useTable("consults");
  const now = useServerNow();
  return [...table.values()].filter((one) => isOwed(one, me, now));
}
