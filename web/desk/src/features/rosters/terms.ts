/** The terms of a contract as they are written in a form. Pure. */
import type { Contract } from "@/api/types";
import { msg } from "@/i18n";

type Split = NonNullable<Contract["terms"]["split"]>;

/** The numbers of a field, such as 8 6 4 or 7,5. */
export const numbers = (text: string) => text.split(/[\s;/]+|,\s+/).filter(Boolean).map((one) => Number(one.replace(",", ".")));

interface Wish {
  shifts: string;
  gap: string;
  part: string;
  days: string;
  span: string;
}

/** How days may be split, all in hours as they are written, or why they cannot be; nothing where no gap is told. */
export function splitOf(wish: Wish): { terms: Split | null; wrong?: string } {
  if (wish.gap.trim() === "") return { terms: null };
  const [least = NaN, most = least] = numbers(wish.gap.replace(/[-–]/g, " "));
  const [part = NaN] = numbers(wish.part);
  const [days = NaN] = numbers(wish.days);
  const [span = NaN] = numbers(wish.span);
  const within = (value: number, from: number, to: number, step = 0.25) => value >= from && value <= to && value % step === 0;
  const fine = within(least, 0.5, 8) && within(most, least, 8) && within(part, 1, 6) && within(days, 1, 6, 1) && within(span, 2, 13);
  if (!fine) return { terms: null, wrong: msg("roster.split_wrong") };
  if (!numbers(wish.shifts).some((hours) => 2 * part <= hours && hours + least <= span)) return { terms: null, wrong: msg("roster.split_none") };
  const minutes = (hours: number) => Math.round(hours * 60);
  return { terms: { gap_minutes: [minutes(least), minutes(most)], part_minutes: minutes(part), days_per_week: days, span_minutes: minutes(span) } };
}
