/** What a forecast says of what it does not know, in the reader's words; the server writes English. */
import { msg, t } from "@/i18n";
import { longDay } from "@/i18n/format";

const plain: Record<string, string> = {
  "less than three weeks: no choice between models, no calendar effects": msg("note.three_weeks"),
  "less than nine weeks: no effects of the month": msg("note.nine_weeks"),
  "less than a year: what comes back once a year is not known": msg("note.a_year"),
  "the spread is assumed (a day may be off by 15%), not measured": msg("note.assumed"),
};
const ofHoliday: Record<string, string> = {
  "not seen before, forecast from other holidays": msg("note.holiday.others"),
  "not seen before, forecast from days that are none: no holiday is in the history": msg("note.holiday.none"),
};
const ofDays: Record<string, string> = {
  "weekdays never seen are taken as the mean day": msg("note.days.never"),
  "a weekday seen once or twice is half believed": msg("note.days.seldom"),
};

/** A note in words; none for one that is not known here. */
export function noted(note: string): string | undefined {
  const id = plain[note];
  if (id) return t(id);
  const [, day, said] = /^(\d{4}-\d\d-\d\d) .+?: (.+)$/.exec(note) ?? [];
  if (day && said) {
    const when = longDay(`${day}T12:00`);
    const like = /^closed, as (\d+) such days of the history were$/.exec(said)?.[1];
    if (like) return t("note.holiday.closed", { day: when, n: Number(like) });
    const holiday = ofHoliday[said];
    return holiday && t(holiday, { day: when });
  }
  const [, days, known] = /^(\d+) known days: (.+)$/.exec(note) ?? [];
  const seen = known && ofDays[known];
  if (seen) return t(seen, { n: Number(days) });
  const outside = /^(\d+) intervals outside the usual hours of their weekday, left out$/.exec(note)?.[1];
  if (outside) return t("note.outside", { n: Number(outside) });
  const absent = /^(\d+) days? usually open and absent: (.+)$/.exec(note);
  if (absent) return t("note.absent", { n: Number(absent[1]), days: absent[2] });
  return undefined;
}
