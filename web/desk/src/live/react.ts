/** React's view of the live store: one row, a whole table, the line. */
import { createContext, use, useCallback, useEffect, useSyncExternalStore } from "react";
import type { LiveEngine, Link } from "./engine";
import type { LiveStore, TableName, Tables } from "./store";

export interface Live {
  store: LiveStore;
  engine: LiveEngine;
}

export const LiveContext = createContext<Live | null>(null);

export function useLive(): Live {
  const live = use(LiveContext);
  if (!live) throw new Error("outside of the live desk");
  return live;
}

/** One row; the component renders again only when that row changes. */
export function useRow<T extends TableName>(table: T, key: string | null): Tables[T] | undefined {
  const { store } = useLive();
  return useSyncExternalStore(
    useCallback((told) => (key === null ? () => {} : store.onRow(table, key, told)), [store, table, key]),
    () => (key === null ? undefined : store.get(table, key)),
  );
}

/** All rows of a small table. */
export function useTable<T extends TableName>(table: T): ReadonlyMap<string, Tables[T]> {
  const { store } = useLive();
  useSyncExternalStore(
    useCallback((told) => store.onTable(table, told), [store, table]),
    () => store.version(table),
  );
  return store.rows(table);
}

export function useLink(): Link {
  const { engine } = useLive();
  return useSyncExternalStore(engine.onLink, engine.link);
}

/** Whether the desk has been loaded: until then an empty table says nothing. */
export function useLoaded(): boolean {
  const { engine } = useLive();
  return useSyncExternalStore(engine.onLink, engine.loaded);
}

/** Follows a topic for as long as the component is there. */
export function useTopic(topic: string | null): void {
  const { engine } = useLive();
  useEffect(() => (topic ? engine.follow(topic) : undefined), [engine, topic]);
}
