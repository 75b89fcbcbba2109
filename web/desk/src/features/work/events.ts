/** The words of an event in a thread: the server sends what happened, the desk says it. */
import type { Message } from "@/api/types";
import { msg, t } from "@/i18n";

const known: Record<string, string> = {
  opened: msg("event.opened"),
  arrived: msg("event.opened"),
  assigned: msg("event.assigned"),
  accepted: msg("event.assigned"),
  transferred: msg("event.transferred"),
  requeued: msg("event.requeued"),
  taken_back: msg("event.taken_back"),
  consulted: msg("event.consulted"),
  snoozed: msg("event.snoozed"),
  woken: msg("event.woken"),
  wrapup: msg("event.wrapup"),
  closed: msg("event.closed"),
  reopened: msg("event.reopened"),
  merged: msg("event.merged"),
  parted: msg("event.parted"),
  abandoned: msg("event.abandoned"),
  left: msg("event.abandoned"),
};

export function eventText(message: Message): string {
  const what = String(message.meta?.what ?? message.meta?.event ?? message.text ?? "");
  const id = known[what];
  const name = message.author.name ?? "";
  if (id) return t(id, { name });
  return message.text || what;
}
