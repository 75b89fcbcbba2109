/** Turns a fresh desk snapshot into changes: what it has is written, what it lacks is dropped. */
import type { DeskSnapshot } from "@/api/types";
import type { Change, LiveStore } from "./store";

/** Changes for topics that the server sends from now on: what was loaded before may lack the last words. */
export function adoptFollowed(store: LiveStore, topics: readonly string[]): Change[] {
  return topics.flatMap((topic) => {
    const [kind, key] = topic.split(":");
    const thread = kind === "conversation" && key ? store.get("threads", key) : undefined;
    const followed: Change = { table: "followed", key: topic, row: true };
    return key && thread ? [followed, { table: "threads", key, row: { ...thread, stale: true } } as Change] : [followed];
  });
}

export function adoptSnapshot(store: LiveStore, snapshot: DeskSnapshot): Change[] {
  const changes: Change[] = [];
  const kept = new Set(snapshot.conversations.map((row) => row.id));
  for (const key of store.rows("conversations").keys()) {
    if (!kept.has(key)) changes.push({ table: "conversations", key, row: undefined });
  }
  for (const key of store.rows("gone").keys()) changes.push({ table: "gone", key, row: undefined });
  for (const row of snapshot.conversations) {
    const old = store.get("conversations", row.id);
    if (!old || old.v !== row.v) changes.push({ table: "conversations", key: row.id, row });
  }
  const asked = new Set(snapshot.consults.map((row) => row.id));
  for (const key of store.rows("consults").keys()) {
    if (!asked.has(key)) changes.push({ table: "consults", key, row: undefined });
  }
  for (const row of snapshot.consults) {
    if (store.get("consults", row.id)?.v !== row.v) changes.push({ table: "consults", key: row.id, row });
  }
  const offered = new Set(snapshot.offers.map((offer) => offer.work_item_id));
  for (const key of store.rows("offers").keys()) {
    if (!offered.has(key)) changes.push({ table: "offers", key, row: undefined });
  }
  for (const offer of snapshot.offers) {
    changes.push({ table: "offers", key: offer.work_item_id, row: offer });
  }
  for (const [key, thread] of store.rows("threads")) {
    changes.push({ table: "threads", key, row: { ...thread, stale: true } });
  }
  if (snapshot.presence) changes.push({ table: "presence", key: "me", row: snapshot.presence });
  return changes;
}
