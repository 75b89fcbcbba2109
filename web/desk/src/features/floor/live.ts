/**
 * The floor: what a queue does today is asked for now and then, what it holds now comes with ticks.
 * A tick changes only what it tells of rows that are known; the age of a wait is derived.
 */
import type { FloorAnswer, FloorClient, FloorQueue, FloorTick } from "@/api/types";
import { handles } from "@/live/reducers";
import type { Change, Reader } from "@/live/store";

type TickQueue = FloorTick["queues"][number];
type Told = Pick<FloorQueue, "waiting" | "oldest_at" | "offered" | "active" | "wrapup" | "available" | "wait_s">;

function told(queue: TickQueue | FloorQueue): Told {
  const { waiting, oldest_at, offered, active, wrapup, available, wait_s } = queue;
  return { waiting, oldest_at, offered, active, wrapup, available, wait_s };
}

function newer(queues: readonly FloorQueue[], by: readonly (TickQueue | FloorQueue)[]): FloorQueue[] {
  const found = new Map(by.map((queue) => [queue.queue_id, queue]));
  return queues.map((queue) => {
    const now = found.get(queue.queue_id);
    return now ? { ...queue, ...told(now) } : queue;
  });
}

export function floorTick(known: Reader, tick: FloorTick): Change[] {
  const old = known.get("floor", tick.client_id);
  // Without names and targets there is nothing to show yet: the page asks for them as it opens.
  if (!old || Date.parse(old.at) >= Date.parse(tick.at)) return [];
  const places = new Map(old.groups.map((group) => [group.group, group]));
  const row: FloorClient = {
    at: tick.at,
    client_id: tick.client_id,
    queues: newer(old.queues, tick.queues),
    groups: tick.groups.map((group) => {
      const before = places.get(group.group);
      return { ...group, home: before?.home ?? null, site: before?.site ?? null };
    }),
  };
  return [{ table: "floor", key: tick.client_id, row }];
}

/** The changes that bring in an answer; what ticks have told since it was made stays. */
export function adoptFloor(known: Reader & { rows(table: "floor"): ReadonlyMap<string, FloorClient> }, answer: FloorAnswer): Change[] {
  const at = Date.parse(answer.at);
  const clients = new Map<string, FloorClient>();
  for (const { oldest_wait_s: age, ...queue } of answer.queues) {
    const client = clients.get(queue.client_id) ?? { at: answer.at, client_id: queue.client_id, queues: [], groups: [] };
    client.queues.push({ ...queue, oldest_at: age === null ? null : new Date(at - age * 1000).toISOString() });
    clients.set(queue.client_id, client);
  }
  for (const group of answer.groups) clients.get(group.client_id)?.groups.push(group);
  const changes: Change[] = [];
  for (const key of known.rows("floor").keys()) {
    if (!clients.has(key)) changes.push({ table: "floor", key, row: undefined });
  }
  for (const [key, fresh] of clients) {
    const old = known.get("floor", key);
    const row = old && Date.parse(old.at) > at ? { ...fresh, at: old.at, queues: newer(fresh.queues, old.queues) } : fresh;
    changes.push({ table: "floor", key, row });
  }
  return changes;
}

handles("floor.tick", floorTick);
