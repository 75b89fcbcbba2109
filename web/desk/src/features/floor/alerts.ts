/** What the floor should be told of: a queue in trouble, and by how much. Pure. */
import type { FloorQueue } from "@/api/types";

export interface Alert {
  kind: "below_target" | "overdue" | "nobody";
  /** What is, and what should be: a share, or seconds. */
  value: number | null;
  limit: number | null;
}

export interface Alerted {
  queue: FloorQueue;
  alerts: Alert[];
}

/** The queues in trouble, those with most of it first. A queue in which nothing waits cries of nothing. */
export function alertsOf(queues: readonly FloorQueue[], age: (queue: FloorQueue) => number | null): Alerted[] {
  const found = queues.map((queue): Alerted & { worst: number } => {
    const alerts: Alert[] = [];
    const oldest = age(queue);
    const late = oldest !== null && oldest > queue.target_s;
    if (late) alerts.push({ kind: "overdue", value: Math.round(oldest), limit: queue.target_s });
    if (queue.waiting > 0 && queue.available === 0) alerts.push({ kind: "nobody", value: queue.waiting, limit: null });
    if (queue.sl_today !== null && queue.sl_today < queue.target && queue.waiting > 0) {
      alerts.push({ kind: "below_target", value: queue.sl_today, limit: queue.target });
    }
    return { queue, alerts, worst: late ? oldest / queue.target_s : 0 };
  });
  return found
    .filter(({ alerts }) => alerts.length > 0)
    .sort((a, b) => b.worst - a.worst || b.queue.waiting - a.queue.waiting || a.queue.name.localeCompare(b.queue.name));
}
