/** Moments to put a conversation off to, from the reader's own clock. */
import { msg } from "@/i18n";

export interface SnoozeChoice {
  id: string;
  label: string;
  until: Date;
}

export function snoozeChoices(now: Date): SnoozeChoice[] {
  const at = (days: number, hour: number) => {
    const date = new Date(now);
    date.setDate(date.getDate() + days);
    date.setHours(hour, 0, 0, 0);
    return date;
  };
  const toMonday = (8 - now.getDay()) % 7 || 7;
  const choices: SnoozeChoice[] = [
    { id: "hour", label: msg("snooze.hour"), until: new Date(now.getTime() + 3_600_000) },
    { id: "three", label: msg("snooze.three_hours"), until: new Date(now.getTime() + 3 * 3_600_000) },
    { id: "evening", label: msg("snooze.afternoon"), until: at(0, 15) },
    { id: "tomorrow", label: msg("snooze.tomorrow"), until: at(1, 9) },
    { id: "monday", label: msg("snooze.monday"), until: at(toMonday, 9) },
  ];
  return choices.filter((choice) => choice.until.getTime() > now.getTime());
}

/** A moment as a field for day and time writes it, by the reader's own clock. */
export function minuteOf(at: Date): string {
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}
