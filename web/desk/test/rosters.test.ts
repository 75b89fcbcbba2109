import { describe, expect, it } from "vitest";
import type { RosterDay, RosterShift } from "@/api/types";
import { asShown, asWanted, changing, coverOf, daysBetween, did, forgotten, gapsOf, hoursOf, moved, nextMonday, nothingDone, openByQueue, redo, stillSo, stretched, stretches, undo, usualShift, windowOf, type Edit } from "@/features/rosters/model";

const begins = Date.parse("2026-03-08T23:00:00Z");
const at = (hour: number) => new Date(begins + hour * 3_600_000).toISOString();

function shift(who: string, from: number, minutes: number[]): RosterShift {
  const parts = minutes.map((one, n) => ({ kind: n % 2 ? "pause" : "queue", minutes: one, queue_id: n % 2 ? null : "q" }));
  const length = minutes.reduce((sum, one) => sum + one, 0);
  return { operator_id: who, day: "2026-03-09", starts_at: at(from), ends_at: at(from + length / 60), place: "home", parts };
}

function day(shifts: RosterShift[], need = 1): RosterDay {
  const people = Array.from({ length: 96 }, (_, n) => (n >= 36 && n < 72 ? need : 0));
  return {
    roster: { id: "r", first_day: "2026-03-09", last_day: "2026-03-15", reason: "", created_at: at(0), created_by: "", published_at: null, published_by: null, site_lost: false, v: 1 },
    day: "2026-03-09",
    timezone: "Europe/Rome",
    begins_at: at(0),
    ends_at: at(24),
    shifts,
    required: [{ queue_id: "q", minutes: 15, people }],
    away: [],
  };
}

describe("cover", () => {
  it("counts who is at work and not who has a pause, and names the worst gap", () => {
    const found = day([shift("a", 9, [120, 15, 120]), shift("b", 9, [60])], 2);
    const cover = coverOf(found, found.shifts, null);
    expect(cover.rostered[36]).toBe(2);
    expect(cover.rostered[40]).toBe(1);
    expect(cover.rostered[44]).toBe(0);
    const gaps = gapsOf(cover);
    expect(gaps.worst).toEqual({ at: 44, missing: 2 });
    expect(gaps.missing).toBe(36 * 2 - 4 - 16);
    expect(gaps.excess).toBe(0);
  });

  it("shows whole hours around all shifts and all that is needed", () => {
    const { from, to } = windowOf(day([shift("a", 22, [240])]));
    expect([(from - begins) / 3_600_000, (to - begins) / 3_600_000]).toEqual([8 - 1, 27]);
  });
});

describe("the hours above a board", () => {
  it("are those one counts by, and none of them is of the night before", () => {
    const night = windowOf(day([shift("a", 0, [480]), shift("b", 22, [240])]));
    expect((night.from - begins) / 3_600_000).toBe(0);
    expect(hoursOf(night, begins).map((one) => (one - begins) / 3_600_000)).toEqual([0, 3, 6, 9, 12, 15, 18, 21, 24]);
    const noon = { from: begins + 7 * 3_600_000, to: begins + 19 * 3_600_000 };
    expect(hoursOf(noon, begins).map((one) => (one - begins) / 3_600_000)).toEqual([8, 10, 12, 14, 16, 18]);
  });
});

describe("what a lost site leaves open", () => {
  it("is told queue by queue: how many hours of work, and where it is worst", () => {
    const span = (queue_id: string, from: number, until: number, people: number) => ({ queue_id, from_at: at(from), until_at: at(until), people });
    const found = openByQueue([span("a", 6, 8, 1), span("a", 9, 9.5, 3), span("b", 7, 7.5, 0.5)]);
    expect(found.map((one) => [one.id, one.spans.length, one.hours, one.worst.from_at])).toEqual([
      ["a", 2, 3.5, at(9)],
      ["b", 1, 0.25, at(7)],
    ]);
  });
});

describe("an edit", () => {
  it("moves a shift with its pauses and back again exactly", () => {
    const one = shift("a", 9, [120, 15, 120]);
    const later = { ...one, ...moved(one, 3) } as RosterShift;
    expect(later.starts_at).toBe(at(9.75));
    expect(stretches(later)[1]!.from).toBe(begins + 11.75 * 3_600_000);
    expect(moved(later, -3)).toEqual(moved(one, 0));
  });

  it("grows a shift at its end between one hour and thirteen, and has its breaks laid anew", () => {
    const one = shift("a", 9, [120, 15, 120]);
    expect(stretched(one, 1)).toMatchObject({ ends_at: at(13.5), parts: null, queue_id: "q" });
    expect(stretched(one, -99).ends_at).toBe(at(10));
    expect(stretched(one, 99).ends_at).toBe(at(22));
  });

  it("still has its breaks laid by the server when it is moved before they are", () => {
    const grown = asShown(stretched(shift("a", 9, [120, 15, 120]), 1), "a", "2026-03-09");
    expect(asWanted(grown)).toMatchObject({ ends_at: at(13.5), parts: null, queue_id: "q" });
    const [later, other] = changing((one) => moved(one, 1))([grown, shift("a", 20, [60])]);
    expect(later).toMatchObject({ starts_at: at(9.25), ends_at: at(13.75), parts: null, queue_id: "q" });
    expect(other!.parts).toHaveLength(1);
  });

  it("adds a shift like most of the day's", () => {
    const found = usualShift(day([shift("a", 9, [120]), shift("b", 9, [120]), shift("c", 12, [60])]));
    expect(found).toMatchObject({ starts_at: at(9), ends_at: at(11), queue_id: "q" });
  });

  it("is undone and done again in order, and a new one ends what could be done again", () => {
    const edits = ["a", "b", "c"].map((who): Edit => ({ who, day: "d", before: [], after: [] }));
    let past = edits.reduce(did, nothingDone);
    const names: string[] = [];
    for (let found = undo(past); found; found = undo(past)) {
      names.push(found[0].who);
      past = found[1];
    }
    expect(names).toEqual(["c", "b", "a"]);
    const again = redo(past)!;
    expect(again[0].who).toBe("a");
    expect(redo(did(again[1], edits[2]!))).toBeNull();
  });
});

it("what a colleague has made of a day since is not ours to take back", () => {
  const ours = [asWanted(shift("a", 9, [60, 15, 60]))];
  expect(stillSo(ours, [{ ...ours[0]!, starts_at: ours[0]!.starts_at.replace("Z", "+00:00") }])).toBe(true);
  expect(stillSo([asWanted(shift("a", 10, [60, 15, 60]))], ours)).toBe(false);
  expect(stillSo([asWanted(shift("a", 9, [75, 15, 45]))], ours)).toBe(false);
  expect(stillSo([], ours)).toBe(false);
  expect(stillSo([{ ...ours[0]!, place: "home" }], [{ ...ours[0]!, place: "site" }])).toBe(false);
  // The server has yet to lay the breaks of what was stretched.
  expect(stillSo(ours, [{ ...ours[0]!, parts: null }])).toBe(true);
  const edits = ["a", "b"].map((who): Edit => ({ who, day: "d", before: [], after: [] }));
  expect(forgotten(edits.reduce(did, nothingDone), "a", "d").done).toEqual([edits[1]]);
});

it("days are told one by one, over the night on which clocks change too", () => {
  expect(daysBetween("2026-03-28", "2026-03-30")).toEqual(["2026-03-28", "2026-03-29", "2026-03-30"]);
});

it("the next Monday is never today", () => {
  expect(nextMonday(Date.parse("2026-03-09T10:00:00Z"))).toBe("2026-03-16");
  expect(nextMonday(Date.parse("2026-03-15T10:00:00Z"))).toBe("2026-03-16");
});
