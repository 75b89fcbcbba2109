import { describe, expect, it } from "vitest";
import { asBody, summed } from "../src/features/workforce/scenarios";

const day = (more: object) => ({
  service_level_target: 0.8,
  target_s: 20,
  aht_s: 300,
  load_hours: 10,
  most_operators: 4,
  operator_hours: 30,
  paid_hours: 40,
  service_level: 0.9,
  below: 0.7,
  risk: 0.01,
  safe_paid_hours: 40,
  held_service_level: 0.9,
  held_risk: 0.01,
  ...more,
});

describe("what-ifs of several days", () => {
  it("adds hours up, weighs shares by the work of each day, and tells the worst day's risk", () => {
    const days = [
      { day: "2026-12-01", scenarios: [day({})] },
      { day: "2026-12-02", scenarios: [day({ load_hours: 30, service_level: 0.5, risk: 0.4, paid_hours: 50, safe_paid_hours: 62, most_operators: 9 })] },
    ];
    const sum = summed(days, 0);
    expect(sum).toMatchObject({ paid: 90, most: 9, risk: 0.4, riskDay: "2026-12-02", more: 12 });
    expect(sum.level).toBeCloseTo(0.6);
  });

  it("says nothing of a level where there is no work", () => {
    expect(summed([{ day: "2026-12-01", scenarios: [day({ load_hours: 0 })] }], 0).level).toBeNull();
  });

  it("tells percents as shares, and no absences as none", () => {
    const body = asBody({ growth: 10, level: 80, target: 20, aht: null, away: 0, stay: 240 });
    expect(body).toEqual({ growth: 0.1, service_level: 0.8, target_s: 20, aht_s: null, shrinkage: {}, stay_minutes: 240 });
  });
});
