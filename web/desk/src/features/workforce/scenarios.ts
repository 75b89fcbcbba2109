/** What-ifs over several days: what is asked of each day, and what the days come to together. */
import type { ScenarioDay } from "@/api/types";

interface WhatIf {
  growth: number;
  level: number;
  target: number;
  aht: number | null;
  away: number;
  stay: number;
}

/** A what-if as it stands in its fields: a minus is typed before its number. */
export type Typed = Record<"growth" | "level" | "target" | "aht" | "away", string> & { stay: number };

/** What is asked by what was typed; without a time of its own, the past says how long work takes. */
export function read(one: Typed): WhatIf {
  return {
    growth: Number(one.growth),
    level: Number(one.level),
    target: Number(one.target),
    aht: one.aht === "" ? null : Number(one.aht),
    away: Number(one.away),
    stay: one.stay,
  };
}

/** A scenario as the route takes it; what is told in percent is told in shares. */
export function asBody(one: WhatIf) {
  return {
    growth: one.growth / 100,
    service_level: one.level / 100,
    target_s: one.target,
    aht_s: one.aht,
    shrinkage: one.away > 0 ? { away: one.away / 100 } : {},
    stay_minutes: one.stay,
  };
}

export interface Sum {
  paid: number;
  most: number;
  level: number | null;
  below: number;
  risk: number;
  riskDay: string;
  heldLevel: number | null;
  heldRisk: number;
  more: number;
}

export interface ComparedDay {
  day: string;
  scenarios: readonly ScenarioDay[];
}

/** What scenario `at` comes to over the days: hours add up, shares weigh by work, of risks the worst. */
export function summed(days: readonly ComparedDay[], at: number): Sum {
  const own = days.map(({ day, scenarios }) => ({ day, ...scenarios[at]! }));
  const work = own.reduce((sum, one) => sum + one.load_hours, 0);
  const weighed = (of: (one: ScenarioDay) => number) =>
    work > 0 ? own.reduce((sum, one) => sum + one.load_hours * of(one), 0) / work : null;
  const worst = own.reduce((most, one) => (one.risk > most.risk ? one : most));
  return {
    paid: own.reduce((sum, one) => sum + one.paid_hours, 0),
    most: Math.max(...own.map((one) => one.most_operators)),
    level: weighed((one) => one.service_level),
    below: worst.below,
    risk: worst.risk,
    riskDay: worst.day,
    heldLevel: weighed((one) => one.held_service_level),
    heldRisk: Math.max(...own.map((one) => one.held_risk)),
    more: own.reduce((sum, one) => sum + one.safe_paid_hours - one.paid_hours, 0),
  };
}
