import { describe, expect, it } from "vitest";
import type { OwnShift, RosterShift } from "@/api/types";
import { asShown, canPart, changing, moved, parted, without } from "@/features/rosters/model";
import { splitOf } from "@/features/rosters/terms";
import { daysOf } from "@/features/workforce/shifts";

const at = (hour: number) => new Date(Date.UTC(2026, 2, 9, 0, hour * 60)).toISOString();
const shift = (from: number, to: number, parts: RosterShift["parts"] = []): RosterShift => ({
  operator_id: "a",
  day: "2026-03-09",
  starts_at: at(from),
  ends_at: at(to),
  place: "home",
  parts,
});

describe("a day in two parts on the board", () => {
  const own = [shift(9, 12), shift(15, 18)];

  it("moves the part that is dragged and leaves the other where it is", () => {
    const found = changing((one) => moved(one, 2), 1)(own);
    expect(found.map((one) => [one.starts_at, one.ends_at])).toEqual([
      [at(9), at(12)],
      [at(15.5), at(18.5)],
    ]);
  });

  it("loses the part that is taken away, and no other", () => {
    expect(without(0)(own).map((one) => one.starts_at)).toEqual([at(15)]);
    expect(without(1)(own).map((one) => one.starts_at)).toEqual([at(9)]);
  });

  it("is made of a shift with the same work, its meal left out, and breaks that are laid anew", () => {
    const whole = shift(9, 17.5, [
      { kind: "queue", minutes: 240, queue_id: "q" },
      { kind: "meal", minutes: 30, queue_id: null },
      { kind: "queue", minutes: 240, queue_id: "q" },
    ]);
    const found = parted(whole).map((one) => asShown(one, "a", "2026-03-09"));
    expect(found.map((one) => [one.starts_at, one.ends_at])).toEqual([
      [at(9), at(13)],
      [at(15), at(19)],
    ]);
    expect(parted(whole).every((one) => one.parts === null && one.queue_id === "q")).toBe(true);
    expect([canPart(whole), canPart(shift(9, 12.5))]).toEqual([true, false]);
  });
});

describe("the terms of split days", () => {
  const wish = { shifts: "8 6", gap: "2-4", part: "2,5", days: "2", span: "12" };

  it("are told in hours and kept in minutes", () => {
    expect(splitOf(wish)).toEqual({ terms: { gap_minutes: [120, 240], part_minutes: 150, days_per_week: 2, span_minutes: 720 } });
    expect(splitOf({ ...wish, gap: "2" }).terms?.gap_minutes).toEqual([120, 120]);
    expect(splitOf({ ...wish, gap: " " })).toEqual({ terms: null });
  });

  it.each([
    [{ gap: "4-2" }, "roster.split_wrong"],
    [{ gap: "two" }, "roster.split_wrong"],
    [{ gap: "2-9" }, "roster.split_wrong"],
    [{ gap: "2.1-4" }, "roster.split_wrong"],
    [{ part: "" }, "roster.split_wrong"],
    [{ days: "1.5" }, "roster.split_wrong"],
    [{ span: "13.25" }, "roster.split_wrong"],
    [{ part: "5" }, "roster.split_none"],
    [{ span: "7" }, "roster.split_none"],
  ])("that cannot be are refused with the reason: %o", (other, wrong) => {
    expect(splitOf({ ...wish, ...other })).toEqual({ terms: null, wrong });
  });
});

describe("one's own shifts", () => {
  it("are shown day by day, both parts of one together", () => {
    const own = (day: string, from: number): OwnShift => ({ day, starts_at: at(from), ends_at: at(from + 3), place: "home", parts: [] });
    const found = daysOf([own("2026-03-09", 8), own("2026-03-09", 14), own("2026-03-10", 32)]);
    expect(found.map((one) => one.map((shift) => shift.starts_at))).toEqual([[at(8), at(14)], [at(32)]]);
  });
});
