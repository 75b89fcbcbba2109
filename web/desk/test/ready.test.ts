/** The check before a shift: what was measured, judged; and what is kept of it. */
import { afterEach, expect, it } from "vitest";
import { clockAhead, judgeClock, judgeNetwork, quantile, worst, type Echo } from "@/features/ready/judge";
import { last, note } from "@/features/ready/kept";

const quick = (n: number, ms = 40): Echo[] => Array.from({ length: n }, () => ({ ms }));
const wide = { down: 20e6, up: 5e6 };

afterEach(() => localStorage.clear());

it("is content with a quick, even and wide line", () => {
  expect(judgeNetwork({ echoes: quick(20), ...wide })).toEqual({ verdict: "good", middle: 40, slow: 40, lost: 0, ...wide });
});

it("sees a line that is slow, uneven, lossy or narrow, each for itself", () => {
  const verdict = (echoes: Echo[], more = {}) => judgeNetwork({ echoes, ...wide, ...more }).verdict;
  expect(verdict(quick(20, 200))).toBe("fair");
  expect(verdict(quick(20, 450))).toBe("bad");
  expect(verdict([...quick(18), ...quick(2, 900)])).toBe("fair");
  expect(verdict([...quick(18), ...quick(2, 1500)])).toBe("bad");
  expect(verdict([...quick(19), { ms: null }])).toBe("fair");
  expect(verdict([...quick(18), { ms: null }, { ms: null }])).toBe("bad");
  expect(verdict(quick(20), { down: 500_000 })).toBe("fair");
  expect(verdict(quick(20), { up: 50_000 })).toBe("bad");
  expect(verdict(quick(20), { up: null })).toBe("bad");
  expect(verdict([])).toBe("bad");
});

it("reckons the clock by the quickest echo, less half its way", () => {
  const server = Date.parse("2026-04-01T08:00:00Z");
  const here = (ahead: number, ms: number) => ({ ms, server, here: server + ahead * 1000 + ms / 2 });
  expect(clockAhead([{ ms: null }, { ms: 900, server, here: server + 99_000 }, here(12, 40)])).toBeCloseTo(12);
  expect(clockAhead([here(-75, 10)])).toBeCloseTo(-75);
  expect(clockAhead([{ ms: null }])).toBeNull();
  expect([0, -4, 12, -75, null].map(judgeClock)).toEqual(["good", "good", "fair", "bad", "bad"]);
});

it("takes the worst of all, and a quantile by its rank", () => {
  expect(worst(["good", "bad", "fair"])).toBe("bad");
  expect(worst([])).toBe("good");
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2);
  expect(quantile([], 0.5)).toBeNull();
});

it("keeps the last result in this browser and reads nothing else as one", () => {
  expect(last()).toBeNull();
  note({ network: "fair" }, "2026-04-01T08:00:00Z");
  expect(last()).toEqual({ at: "2026-04-01T08:00:00Z", verdicts: { network: "fair" } });
  note({});
  expect(last()).not.toBeNull();
  localStorage.setItem("ascolto.ready", "{broken");
  expect(last()).toBeNull();
});
