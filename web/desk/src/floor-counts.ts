/** What the floor and the wall count alike. Pure. */

interface Counted {
  offered: number;
  active: number;
  wrapup: number | null;
}

/** What somebody has in hand: answered, or ringing at their desk. */
export function inHand({ offered, active }: Counted): number {
  return offered + active;
}

/** All that is in wrap-up; null when that of some queue is not told: the rest would say too little. */
export function allWrapup(queues: readonly Counted[]): number | null {
  return queues.reduce<number | null>((all, { wrapup }) => (all === null || wrapup === null ? null : all + wrapup), 0);
}
