/** Waits with full jitter: anywhere from nothing to a ceiling that doubles up to `cap`. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(15_000, 500 * 2 ** Math.min(attempt, 10));
  return Math.round(random() * ceiling);
}
