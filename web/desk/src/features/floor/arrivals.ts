/** What came to the queues beside what was published for them: of one, and of all together. */
import type { ArrivalsNow, QueueArrivals } from "@/api/types";
import { t } from "@/i18n";

export function cameOf(now: ArrivalsNow, queue: string): QueueArrivals | undefined {
  return now.queues.find((one) => one.queue_id === queue);
}

/**
 * How much came to all queues, and beside it what was expected. Where some have no forecast, only
 * those that have one are set against each other, and how many are left out is said.
 */
export function summed(now: ArrivalsNow, part: "half_hour" | "today"): [string, string] {
  const told = now.queues.map((one) => one[part]);
  const planned = told.filter(({ expected }) => expected !== null);
  const came = String(told.reduce((sum, one) => sum + one.came, 0));
  if (planned.length === 0) return [came, t("floor.no_forecast")];
  const n = Math.round(planned.reduce((sum, one) => sum + (one.expected ?? 0), 0));
  if (planned.length === told.length) return [came, t("floor.of_expected", { n })];
  const of = planned.reduce((sum, one) => sum + one.came, 0);
  return [came, t("floor.of_expected_some", { of, n, without: told.length - planned.length })];
}
