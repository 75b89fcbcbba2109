/** Whether one stays at one of a list, or only passes it on the way to another. */
import { useEffect, useState } from "react";

/** Keys that follow each other faster than this leaf through the list. */
const LEAFING_MS = 250;
const REST_MS = 120;

interface At {
  id: string;
  since: number;
  stays: boolean;
}

/** The next place: a first step is meant at once, a quick second one may be on its way further. */
function stepped(from: At, id: string, now: number): At {
  return { id, since: now, stays: now - from.since > LEAFING_MS };
}

/** True at once for a single step; after quick ones only when they have come to rest. */
export function useStayed(id: string): boolean {
  const [at, setAt] = useState<At>(() => ({ id, since: performance.now(), stays: true }));
  const here = at.id === id ? at : stepped(at, id, performance.now());
  if (here !== at) setAt(here);
  const { stays } = here;
  useEffect(() => {
    if (stays) return undefined;
    const timer = setTimeout(() => setAt((old) => ({ ...old, stays: true })), REST_MS);
    return () => clearTimeout(timer);
  }, [id, stays]);
  return stays;
}
