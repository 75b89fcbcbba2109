/** Words for what the server tells by a code. */
import { msg, t } from "@/i18n";
import type { Roster } from "@/api/types";

const kinds: Record<string, string> = {
  queue: msg("roster.kind.queue"),
  deferred: msg("roster.kind.deferred"),
  pause: msg("roster.kind.pause"),
  meal: msg("roster.kind.meal"),
  training: msg("roster.kind.training"),
  meeting: msg("roster.kind.meeting"),
  other: msg("roster.kind.other"),
};

const phases: Record<string, string> = {
  preparing: msg("roster.phase.preparing"),
  searching: msg("roster.phase.searching"),
  bounding: msg("roster.phase.bounding"),
  examining: msg("roster.phase.examining"),
};

export const burdens: Record<string, string> = {
  weekend: msg("roster.burden.weekend"),
  nights: msg("roster.burden.nights"),
  days_off_refused: msg("roster.burden.days_off"),
  start_not_wished: msg("roster.burden.start"),
  split_days: msg("roster.split_days"),
};

export const kindName = (kind: string): string => t(kinds[kind] ?? kinds.other!);
export const phaseName = (phase: string | null | undefined): string => (phase && phases[phase] ? t(phases[phase]) : t("roster.phase.waiting"));
export const placeName = (place: string): string => (place === "home" ? t("roster.home") : t("roster.site"));
export const stateName = (roster: Roster): string => (roster.published_at ? t("roster.published") : t("roster.draft"));

/** A band of hours; an end past midnight is the next day's: 22:00–06:00 (+1). */
export function bandName({ from, to }: { from: string; to: string }): string {
  const [hour, minute] = to.split(":");
  const past = Number(hour) - 24;
  return past > 0 || (past === 0 && minute !== "00") ? `${from}–${String(past).padStart(2, "0")}:${minute} (+1)` : `${from}–${to}`;
}
