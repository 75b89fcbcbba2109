/** Which queues the floor cries of, and in which order. */
import { expect, it } from "vitest";
import type { FloorQueue } from "@/api/types";
import { alertsOf } from "@/features/floor/alerts";

const queue = (name: string, more: Partial<FloorQueue> = {}): FloorQueue => ({
  queue_id: name, name, client_id: "c", waiting: 0, oldest_at: null, offered: 0, active: 0, wrapup: 0, available: 2, wait_s: null,
  sl_today: 0.9, sl_formula: "sl@1", answered_today: 0, abandoned_today: 0, target: 0.8, target_s: 60, ...more,
});
const ages: Record<string, number> = { Tardi: 90, Tardissimo: 300, Presto: 20 };
const age = ({ name }: FloorQueue) => ages[name] ?? null;

it("says what is wrong and by how much, the latest first", () => {
  const found = alertsOf(
    [queue("Tardi", { waiting: 1 }), queue("Presto", { waiting: 3, available: 0 }), queue("Tardissimo", { waiting: 2, sl_today: 0.4 })],
    age,
  );
  expect(found.map((one) => one.queue.name)).toEqual(["Tardissimo", "Tardi", "Presto"]);
  expect(found[0]!.alerts).toEqual([
    { kind: "overdue", value: 300, limit: 60 },
    { kind: "below_target", value: 0.4, limit: 0.8 },
  ]);
  expect(found[2]!.alerts).toEqual([{ kind: "nobody", value: 3, limit: null }]);
});

it("cries of nothing where nothing waits", () => {
  expect(alertsOf([queue("Calma", { sl_today: 0.1, available: 0 }), queue("Presto", { waiting: 1 })], age)).toEqual([]);
});
