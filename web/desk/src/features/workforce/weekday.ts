import { longDay } from "@/i18n/format";

const weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/** The reader's name of a weekday that is told in English; of anything else, nothing. */
export function weekdayName(told: string): string | undefined {
  const at = weekdays.indexOf(told);
  // The fifth of January 2026 was a Monday.
  return at < 0 ? undefined : longDay(new Date(Date.UTC(2026, 0, 5 + at, 12)).toISOString()).split(/[ ,]/)[0];
}
