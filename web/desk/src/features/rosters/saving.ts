/** Saves of a draft, one after the other, each at the version that its edit was made from. */

/** Sends one save at a version and returns the version that came of it. */
export type Send = (v: number) => Promise<number>;

export interface Saving {
  /** Puts a save in line. What waits behind one that fails is dropped: it was meant for what is there no more. */
  add: (made: number, send: Send, failed: (wrong: unknown) => Promise<void>) => void;
  /** Waits until nothing is in line; rejects with what went wrong meanwhile. */
  settled: () => Promise<void>;
}

export function saving(): Saving {
  let line: Promise<void> = Promise.resolve();
  /** One more with each failure: a save of an earlier one is sent no more. */
  let generation = 0;
  let wrongest: unknown;
  /** Which version each of our own saves led to. Somebody else's is none of these steps, so it is never saved over. */
  const ours = new Map<number, number>();
  const stands = (v: number): number => {
    const next = ours.get(v);
    return next === undefined ? v : stands(next);
  };
  return {
    add(made, send, failed) {
      const mine = generation;
      line = line.then(async () => {
        if (mine !== generation) return;
        const v = stands(made);
        try {
          const saved = await send(v);
          if (saved > v) ours.set(v, saved);
        } catch (wrong) {
          generation += 1;
          wrongest = wrong;
          await failed(wrong);
        }
      });
    },
    async settled() {
      const before = generation;
      await line;
      if (generation !== before) throw wrongest;
    },
  };
}
