/** The registry of live reducers: pure functions from what is known and one frame to changed rows. */
import type { Change, Reader } from "./store";

export interface Frame {
  k: string;
  b: unknown;
}

export type Reducer<Body> = (known: Reader, body: Body, now: number) => Change[];

const registry = new Map<string, Reducer<never>>();

/** Says which function handles one kind of frame; each kind has one owner. */
export function handles<Body>(kind: string, reducer: Reducer<Body>): void {
  if (registry.has(kind) && registry.get(kind) !== reducer) {
    throw new Error(`two reducers for ${kind}`);
  }
  registry.set(kind, reducer as Reducer<never>);
}

/** The rows one frame changes; an unknown kind changes nothing (a newer server may speak it). */
export function reduce(known: Reader, frame: Frame, now = 0): Change[] {
  const reducer = registry.get(frame.k) as Reducer<unknown> | undefined;
  return reducer ? reducer(known, frame.b, now) : [];
}

export function knownKinds(): string[] {
  return [...registry.keys()].sort();
}
