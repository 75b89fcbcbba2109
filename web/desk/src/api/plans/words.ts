/** Why a plan cannot be as it was asked for, in words: the server tells the reason as a code, with its values. */
import { alsoSpeak, msg, t } from "@/i18n";
import { alsoExplain } from "../words";

await alsoSpeak(import.meta.glob("./*.po"));

const reasons: Record<string, string> = {
  aht: msg("bad_plan.aht"),
  aht_needed: msg("bad_plan.aht_needed"),
  asked_already: msg("bad_plan.asked_already"),
  away: msg("bad_plan.away"),
  begun: msg("bad_plan.begun"),
  break_later: msg("bad_plan.break_later"),
  break_span: msg("bad_plan.break_span"),
  breaks: msg("bad_plan.breaks"),
  changes: msg("bad_plan.changes"),
  counting: msg("bad_plan.counting"),
  day_over: msg("bad_plan.day_over"),
  days_over: msg("bad_plan.days_over"),
  forecast_day: msg("bad_plan.forecast_day"),
  forecast_days: msg("bad_plan.forecast_days"),
  forecast_first: msg("bad_plan.forecast_first"),
  forecast_none: msg("bad_plan.forecast_none"),
  forecast_other: msg("bad_plan.forecast_other"),
  forecast_stretch: msg("bad_plan.forecast_stretch"),
  from_left: msg("bad_plan.from_left"),
  help: msg("bad_plan.help"),
  last_month: msg("bad_plan.last_month"),
  left: msg("bad_plan.left"),
  many_breaks: msg("bad_plan.many_breaks"),
  many_come: msg("bad_plan.many_come"),
  many_over: msg("bad_plan.many_over"),
  many_shifts: msg("bad_plan.many_shifts"),
  many_there: msg("bad_plan.many_there"),
  many_told: msg("bad_plan.many_told"),
  monday: msg("bad_plan.monday"),
  month_around: msg("bad_plan.month_around"),
  name_taken: msg("bad_plan.name_taken"),
  nine_weeks: msg("bad_plan.nine_weeks"),
  no_contract: msg("bad_plan.no_contract"),
  no_day: msg("bad_plan.no_day"),
  nobody_offered: msg("bad_plan.nobody_offered"),
  nobody_rostered: msg("bad_plan.nobody_rostered"),
  nobody_told: msg("bad_plan.nobody_told"),
  not_on_roster: msg("bad_plan.not_on_roster"),
  office: msg("bad_plan.office"),
  other_off: msg("bad_plan.other_off"),
  overflow: msg("bad_plan.overflow"),
  period: msg("bad_plan.period"),
  "shift.begins": msg("bad_plan.shift.begins"),
  "shift.day": msg("bad_plan.shift.day"),
  "shift.ends": msg("bad_plan.shift.ends"),
  "shift.parts": msg("bad_plan.shift.parts"),
  swap_other: msg("bad_plan.swap_other"),
  three_months: msg("bad_plan.three_months"),
  too_few: msg("bad_plan.too_few"),
  twice: msg("bad_plan.twice"),
  two_years: msg("bad_plan.two_years"),
  you_off: msg("bad_plan.you_off"),
};

/** The words for the reason of a refused plan; none for a reason that is not known here. */
export function reasonOf(fields: Record<string, unknown> = {}): string | undefined {
  const id = reasons[String(fields.reason)];
  const values = Object.entries(fields).filter((one): one is [string, string | number] => ["string", "number"].includes(typeof one[1]));
  return id ? t(id, Object.fromEntries(values)) : undefined;
}

alsoExplain("workforce.bad_plan", (problem) => reasonOf(problem.fields));
