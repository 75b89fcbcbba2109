/** Which queues a wall shows first: those that need somebody. Pure. */
import type { FloorAnswer } from "@/api/types";
import { inHand } from "@/floor-counts";

export type WallQueue = FloorAnswer["queues"][number];

/** Late against its promise by how much of it: 1 is just now due; nothing waits: 0. */
export function pressure(queue: WallQueue, passedS: number): number {
  if (queue.oldest_wait_s === null) return 0;
  return (queue.oldest_wait_s + passedS) / Math.max(1, queue.target_s);
}

export function below({ sl_today: level, target }: WallQueue): boolean {
  return level !== null && level < target;
}

/** The queues in the order of need, and how many of them a screen has no room for. */
export function ranked(queues: readonly WallQueue[], passedS: number, room: number): { shown: WallQueue[]; more: number } {
  const need = (queue: WallQueue) => [
    Number(pressure(queue, passedS) > 1),
    Number(below(queue)),
    queue.waiting,
    inHand(queue),
  ];
  const sorted = [...queues].sort((a, b) => {
    const [mine, theirs] = [need(a), need(b)];
    const at = mine.findIndex((value, place) => value !== theirs[place]);
    return at < 0 ? a.name.localeCompare(b.name) : theirs[at]! - mine[at]!;
  });
  return { shown: sorted.slice(0, room), more: Math.max(0, sorted.length - room) };
}
