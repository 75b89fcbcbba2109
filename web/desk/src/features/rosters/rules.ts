/** What a roster breaks, in words: the server tells the rule as a code with its values. */
import type { BrokenRule } from "@/api/types";
import { msg, t } from "@/i18n";
import { decimal } from "@/i18n/format";

const rules: Record<string, string> = {
  bands: msg("roster.rule.bands"),
  begins: msg("roster.rule.begins"),
  day: msg("roster.rule.day"),
  day_off: msg("roster.rule.day_off"),
  elastic: msg("roster.rule.elastic"),
  leave: msg("roster.rule.leave"),
  meal: msg("roster.rule.meal"),
  no_contract: msg("roster.rule.no_contract"),
  office_days: msg("roster.rule.office_days"),
  paid: msg("roster.rule.paid"),
  parts: msg("roster.rule.parts"),
  pause_edge: msg("roster.rule.pause_edge"),
  rest: msg("roster.rule.rest"),
  rest_short: msg("roster.rule.rest_short"),
  row: msg("roster.rule.row"),
  screen: msg("roster.rule.screen"),
  seats: msg("roster.rule.seats"),
  shifts: msg("roster.rule.shifts"),
  short: msg("roster.rule.short"),
  six_hours: msg("roster.rule.six_hours"),
  skill: msg("roster.rule.skill"),
  span: msg("roster.rule.span"),
  split: msg("roster.rule.split"),
  split_gap: msg("roster.rule.split_gap"),
  split_part: msg("roster.rule.split_part"),
  split_parts: msg("roster.rule.split_parts"),
  split_span: msg("roster.rule.split_span"),
  split_week: msg("roster.rule.split_week"),
  too_few: msg("roster.rule.too_few"),
  too_many: msg("roster.rule.too_many"),
  two_a_day: msg("roster.rule.two_a_day"),
  week: msg("roster.rule.week"),
};

/** The words for a broken rule; none where the server tells no code, or one that is not known here. */
export function ruleOf({ code, fields }: Pick<BrokenRule, "code" | "fields">): string | undefined {
  const id = rules[code];
  return id ? t(id, Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, decimal(Number(value), 0, 2)]))) : undefined;
}
