/** Notes of forecasts and rosters, and what they failed by: codes with values, told in the reader's words. */
import type { Forecast } from "../types";
import { ApiError } from "../client";
import { alsoExplain, explain } from "../words";
import { msg, t } from "@/i18n";
import { day, longDay } from "@/i18n/format";

type Note = Forecast["notes"][number];
type FailedBy = Forecast["failed_by"];

const notes: Record<string, string> = {
  a_year: msg("note.a_year"),
  absent: msg("note.absent"),
  added_up: msg("note.added_up"),
  assumed: msg("note.assumed"),
  closed: msg("note.closed"),
  days_never: msg("note.days_never"),
  days_seldom: msg("note.days_seldom"),
  forecast_ends: msg("note.forecast_ends"),
  holes: msg("note.holes"),
  holiday_closed: msg("note.holiday_closed"),
  holiday_none: msg("note.holiday_none"),
  holiday_others: msg("note.holiday_others"),
  nine_weeks: msg("note.nine_weeks"),
  outside: msg("note.outside"),
  partly: msg("note.partly"),
  three_weeks: msg("note.three_weeks"),
  told_once: msg("note.told_once"),
  unlearnt: msg("note.unlearnt"),
};

const failures: Record<string, string> = {
  failed: msg("failed.failed"),
  interrupted: msg("failed.interrupted"),
  never_ended: msg("failed.never_ended"),
  no_past: msg("failed.no_past"),
  nothing_came: msg("failed.nothing_came"),
  out_of_date: msg("failed.out_of_date"),
  too_coarse: msg("failed.too_coarse"),
};

/** Values as words take them: numbers that decide a plural, days as one says them. */
function values(fields: Record<string, unknown>): Record<string, string | number> {
  const said = Object.entries(fields).map(([name, value]) => {
    if (name === "n") return [name, Number(value)] as const;
    if (name === "day") return [name, longDay(`${String(value)}T12:00`)] as const;
    return [name, name === "days" ? String(value).replace(/\d{4}-\d\d-\d\d/g, (one) => day(`${one}T12:00`)) : String(value)] as const;
  });
  return Object.fromEntries(said);
}

/** A note in words; none for one without a code, or with one that is not known here. */
export function noted({ code, fields }: Note): string | undefined {
  const id = notes[code];
  return id && t(id, values(fields));
}

const byReason = (problem: { fields?: Record<string, unknown> }) => {
  const id = failures[String(problem.fields?.reason)];
  return id && t(id, values(problem.fields ?? {}));
};
alsoExplain("workforce.cannot_forecast", byReason);
alsoExplain("workforce.cannot_calculate", byReason);

/** Why something could not be made; none where it failed before there were codes. */
export function failed(by: FailedBy): string | undefined {
  return by ? explain(new ApiError({ code: by.code, status: 422, fields: by.fields })) : undefined;
}
