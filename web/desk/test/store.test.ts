import { expect, it } from "vitest";
import type { Presence } from "@/api/types";
import { LiveStore } from "@/live/store";

const presence = (state: Presence["state"]): Presence => ({
  operator_id: "o", state, since: "2026-03-03T09:00:00Z", place: null, country: null, reason: null, break_due_at: null, v: 1,
});

it("tells a listener of its own row once for a whole batch, and nobody of other rows", () => {
  const store = new LiveStore();
  const told: string[] = [];
  store.onRow("presence", "me", () => told.push("me"));
  store.onRow("presence", "other", () => told.push("other"));
  store.batch(() => {
    store.set("presence", "me", presence("away"));
    store.batch(() => store.set("presence", "me", presence("available")));
    expect(told).toEqual([]);
  });
  expect(told).toEqual(["me"]);
  expect(store.get("presence", "me")?.state).toBe("available");
});

it("tells of the table which keys changed, and of the same row again nothing", () => {
  const store = new LiveStore();
  const row = presence("away");
  const heard: string[][] = [];
  store.onTable("presence", (keys) => heard.push([...keys]));
  store.apply([
    { table: "presence", key: "a", row },
    { table: "presence", key: "b", row },
  ]);
  store.set("presence", "a", row);
  store.clear("presence");
  expect(heard).toEqual([["a", "b"], ["a", "b"]]);
  expect(store.rows("presence").size).toBe(0);
  expect(store.version("presence")).toBe(2);
});

it("tells nothing to who has stopped listening, and still tells when the work fails", () => {
  const store = new LiveStore();
  let told = 0;
  const stop = store.onRow("presence", "me", () => (told += 1));
  expect(() =>
    store.batch(() => {
      store.set("presence", "me", presence("away"));
      throw new Error("half way");
    }),
  ).toThrow("half way");
  expect(told).toBe(1);
  stop();
  store.set("presence", "me", undefined);
  expect(told).toBe(1);
});
