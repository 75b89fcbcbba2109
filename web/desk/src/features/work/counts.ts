/** How many conversations are on one's own desk: kept up row by row, told only when a number changes. */
import { useSyncExternalStore } from "react";
import { useLive } from "@/live/react";
import type { LiveStore } from "@/live/store";
import { useSession } from "@/session";
import { MineCounts } from "./model/counts";

const kept = new WeakMap<LiveStore, Map<string | null, MineCounts>>();

function countsOf(store: LiveStore, operatorId: string | null): MineCounts {
  const all = kept.get(store) ?? new Map<string | null, MineCounts>();
  kept.set(store, all);
  let counts = all.get(operatorId);
  if (!counts) {
    const made = new MineCounts(operatorId);
    for (const [id, row] of store.rows("conversations")) made.update(id, row);
    store.onTable("conversations", (keys) => {
      for (const id of keys) made.update(id, store.get("conversations", id));
      made.tell();
    });
    all.set(operatorId, made);
    counts = made;
  }
  return counts;
}

export function useMineCounts(): { open: number; snoozed: number } {
  const { store } = useLive();
  const counts = countsOf(store, useSession().operator_id);
  return useSyncExternalStore(counts.subscribe, counts.now);
}
