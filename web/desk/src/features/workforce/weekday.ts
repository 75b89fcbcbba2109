import { weekday } from "@/i18n/format";

const weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/** The reader's name of a weekday that is told in English; of anything else, nothing. */
export function weekdayName(told: string): string | undefined {
  const at = weekdays.indexOf(told);
  return at < 0 ? undefined : weekday(at + 1, "long");
}
