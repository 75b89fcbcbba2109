import { expect, it } from "vitest";
import { ListOrder } from "@/features/work/model/order";

interface Row {
  id: string;
  at: number;
  mine: boolean;
}

const row = (id: string, at: number, mine = true): Row => ({ id, at, mine });
const byPlace = (a: Row, b: Row) => a.at - b.at || a.id.localeCompare(b.id);
const order = () => new ListOrder<Row>((one) => one.mine, byPlace);

/** A seeded die, so that a failure can be played again (mulberry32). */
function die(seed: number) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t ^= t + Math.imul(t ^ (t >>> 7), 61 | t);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

it("follows its rows while nobody looks at it", () => {
  const list = order();
  list.reset([row("a", 2), row("b", 1), row("c", 3, false)]);
  expect(list.shown()).toEqual(["b", "a"]);
  list.update("c", row("c", 0));
  list.update("a", undefined);
  expect(list.shown()).toEqual(["c", "b"]);
});

it("moves nothing under the pointer, counts what waits, and says who has left", () => {
  const list = order();
  list.reset([row("a", 1), row("b", 2)]);
  list.hold();
  list.update("c", row("c", 0));
  list.update("a", row("a", 1, false));
  list.update("b", row("b", 2));
  expect(list.shown()).toEqual(["a", "b"]);
  expect(list.waiting()).toBe(2);
  expect(list.left("a")).toBe(true);
  expect(list.row("a")?.at).toBe(1);
  list.catchUp();
  expect(list.shown()).toEqual(["c", "b"]);
  list.update("d", row("d", -1));
  expect(list.shown()).toEqual(["c", "b"]);
  list.release();
  expect(list.shown()).toEqual(["d", "c", "b"]);
});

it.each([1, 2, 3])("ends as a plain sort after a thousand changes (seed %i)", (seed) => {
  const chance = die(seed);
  const list = order();
  const all = new Map<string, Row>();
  for (let n = 0; n < 1000; n += 1) {
    const id = `r${Math.floor(chance() * 60)}`;
    const next = chance() < 0.2 ? undefined : row(id, Math.floor(chance() * 20), chance() < 0.8);
    if (next) all.set(id, next);
    else all.delete(id);
    if (chance() < 0.1) list.hold();
    list.update(id, next);
    if (chance() < 0.1) list.release();
  }
  list.release();
  const sorted = [...all.values()].filter((one) => one.mine).sort(byPlace);
  expect(list.shown()).toEqual(sorted.map((one) => one.id));
  expect(list.waiting()).toBe(0);
});

it("says nothing when a row changes and no place does", () => {
  const list = order();
  list.reset([row("a", 1), row("b", 2)]);
  const shown = list.shown();
  let told = 0;
  list.subscribe(() => (told += 1));
  const changed = row("a", 1);
  list.update("a", changed);
  expect([told, list.row("a")]).toEqual([0, changed]);
  expect(list.shown()).toBe(shown);
  list.hold();
  list.update("a", row("a", 3));
  expect([told, list.waiting()]).toEqual([1, 1]);
  list.update("a", row("a", 1));
  expect([told, list.waiting()]).toEqual([2, 0]);
  list.update("a", row("a", 1));
  expect(told).toBe(2);
});
