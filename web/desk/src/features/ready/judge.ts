/** What was measured, judged against what an operator's day needs. Pure, so that it can be tried. */

export type Verdict = "good" | "fair" | "bad";

export interface Echo {
  /** Round trip in ms; null when no answer came in time. */
  ms: number | null;
  /** The server's clock in its answer, and this computer's when the answer was here, in ms since 1970. */
  server?: number;
  here?: number;
}

export interface Measured {
  echoes: readonly Echo[];
  /** In bits per second; null when it could not be measured. */
  down: number | null;
  up: number | null;
}

export interface Network {
  verdict: Verdict;
  /** Middle and worst of twenty, in ms. */
  middle: number | null;
  slow: number | null;
  /** Share of echoes that did not come in time. */
  lost: number;
  down: number | null;
  up: number | null;
}

/** What a chat, a voice call and a file sent along need; below the second number work is hindered. */
export const limits = {
  middleMs: [150, 400],
  slowMs: [400, 1000],
  lost: [0, 0.05],
  downBits: [1_000_000, 250_000],
  upBits: [500_000, 100_000],
  clockS: [5, 60],
} as const;

const order: readonly Verdict[] = ["good", "fair", "bad"];

export function worst(verdicts: readonly Verdict[]): Verdict {
  return order[Math.max(0, ...verdicts.map((one) => order.indexOf(one)))]!;
}

function atMost(value: number, [good, fair]: readonly [number, number]): Verdict {
  if (value <= good) return "good";
  return value <= fair ? "fair" : "bad";
}

function atLeast(value: number, [good, fair]: readonly [number, number]): Verdict {
  if (value >= good) return "good";
  return value >= fair ? "fair" : "bad";
}

/** The share-th smallest value, by nearest rank; null of nothing. */
export function quantile(values: readonly number[], share: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}

export function judgeNetwork({ echoes, down, up }: Measured): Network {
  const came = echoes.flatMap(({ ms }) => (ms === null ? [] : [ms]));
  const lost = echoes.length === 0 ? 1 : (echoes.length - came.length) / echoes.length;
  const middle = quantile(came, 0.5);
  const slow = quantile(came, 0.95);
  const verdict = worst([
    middle === null ? "bad" : atMost(middle, limits.middleMs),
    slow === null ? "bad" : atMost(slow, limits.slowMs),
    atMost(lost, limits.lost),
    down === null ? "bad" : atLeast(down, limits.downBits),
    up === null ? "bad" : atLeast(up, limits.upBits),
  ]);
  return { verdict, middle, slow, lost, down, up };
}

/**
 * How far this computer's clock is ahead of the server's, in seconds: by the quickest echo, whose
 * answer was written half a round trip before it was here (RFC 5905, section 8, with one server time).
 */
export function clockAhead(echoes: readonly Echo[]): number | null {
  const timed = echoes.filter((one) => one.ms !== null && one.server !== undefined && one.here !== undefined);
  const quickest = timed.sort((a, b) => a.ms! - b.ms!)[0];
  return quickest ? (quickest.here! - quickest.ms! / 2 - quickest.server!) / 1000 : null;
}

export function judgeClock(ahead: number | null): Verdict {
  return ahead === null ? "bad" : atMost(Math.abs(ahead), limits.clockS);
}
