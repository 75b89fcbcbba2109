/** The words of an event in a thread: the server sends what happened, the desk says it. */
import type { Message } from "@/api/types";
import { msg, t } from "@/i18n";
import { moment } from "@/i18n/format";

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
  call_promised: msg("event.call_promised"),
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
  const { until, phone, about } = message.meta ?? {};
  if (what === "call_promised") {
    return [t(id ?? what, { name, time: moment(String(until), Date.now()) }), phone, about].filter(Boolean).join(" · ");
  }
  if (id) return t(id, { name });
  return message.text || what;
}
