/** The registry of live reducers: pure functions from what is known and one frame to changed rows. */
import type { Frames } from "@/api/types";
import type { Change, Reader } from "./store";

export interface Frame {
  k: string;
  b: unknown;
}

export type Reducer<Body> = (known: Reader, body: Body, now: number) => Change[];

const registry = new Map<string, Reducer<never>>();

/** Says which function handles one kind of frame; each kind has one owner. */
export function handles<Kind extends keyof Frames>(kind: Kind, reducer: Reducer<Frames[Kind]>): void {
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
