/**
 * The traces recorded from the real server (contracts/traces): what the desk held, the frames that
 * came, what it must hold then. Frames may come twice, and may be older than the snapshot.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ConsentStanding, DeskSnapshot, Draft, FloorAnswer, MentionNote, Message } from "@/api/types";
import { adoptFloor } from "@/features/floor/live";
import "@/features/presence/live";
import "@/features/work/live";
import { adoptSnapshot } from "@/live/adopt";
import { type Frame, knownKinds, reduce } from "@/live/reducers";
import { LiveStore } from "@/live/store";

interface State {
  desk: Omit<DeskSnapshot, "cursor" | "now">;
  threads: Record<string, Message[]>;
  drafts: Record<string, Draft>;
  mentions: Omit<MentionNote, "message_id">[];
  consents?: Record<string, ConsentStanding[]>;
}

interface Trace {
  about: string;
  before: State;
  frames: Frame[];
  after: State;
}

interface FloorTrace {
  about: string;
  before: { floor: FloorAnswer };
  frames: Frame[];
  after: { floor: FloorAnswer };
}

const folder = join(import.meta.dirname, "../../../contracts/traces");
const recorded = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .sort()
  .map((name) => ({
    name: name.replace(".json", ""),
    trace: JSON.parse(readFileSync(join(folder, name), "utf8")) as Trace | FloorTrace,
  }));
const traces = recorded.filter((one): one is { name: string; trace: Trace } => "desk" in one.trace.before);
const floors = recorded.filter((one): one is { name: string; trace: FloorTrace } => "floor" in one.trace.before);

/** What a note that names one is known by, from a list as from a frame. */
function mentioned({ conversation_id, by, at }: Omit<MentionNote, "message_id">): string {
  return `${conversation_id} ${by} ${at}`;
}

function adopt(store: LiveStore, state: State): void {
  store.apply(adoptSnapshot(store, { ...state.desk, cursor: "1-0", now: "2026-03-03T09:00:00Z" }));
  for (const [id, items] of Object.entries(state.threads)) {
    store.set("threads", id, { items, hasEarlier: false, stale: false });
  }
  for (const [key, draft] of Object.entries(state.drafts)) store.set("drafts", key, draft);
  for (const note of state.mentions) store.set("mentions", mentioned(note), { ...note, message_id: "" });
  for (const [id, standing] of Object.entries(state.consents ?? {})) {
    store.set("consents", id, { customer_id: id, standing });
  }
}

function hear(store: LiveStore, frames: readonly Frame[]): void {
  for (const frame of frames) store.apply(reduce(store, frame));
}

function shown(store: LiveStore) {
  const sorted = <Row>(rows: ReadonlyMap<string, Row>) =>
    Object.fromEntries([...rows].sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    conversations: sorted(store.rows("conversations")),
    offers: sorted(store.rows("offers")),
    consults: sorted(store.rows("consults")),
    consents: sorted(store.rows("consents")),
    presence: store.get("presence", "me"),
    drafts: sorted(store.rows("drafts")),
    mentions: [...new Set([...store.rows("mentions").values()].map(mentioned))].sort(),
  };
}

function expected(state: State) {
  const store = new LiveStore();
  adopt(store, state);
  return shown(store);
}

/** A thread with a hole is fetched again; any other must hold what the server holds. */
function expectThreads(store: LiveStore, state: State): void {
  for (const [id, items] of Object.entries(state.threads)) {
    const thread = store.get("threads", id)!;
    if (thread.stale) continue;
    expect(thread.items).toEqual(items);
  }
}

describe.each(traces)("trace $name", ({ trace }) => {
  it("ends where the server says", () => {
    const store = new LiveStore();
    adopt(store, trace.before);
    hear(store, trace.frames);
    expect(shown(store)).toEqual(expected(trace.after));
    expectThreads(store, trace.after);
  });

  it("ends there too when every frame comes twice", () => {
    const store = new LiveStore();
    adopt(store, trace.before);
    for (const frame of trace.frames) hear(store, [frame, frame]);
    hear(store, trace.frames);
    expect(shown(store)).toEqual(expected(trace.after));
    expectThreads(store, trace.after);
  });

  it("is not disturbed by frames older than a fresh snapshot", () => {
    const store = new LiveStore();
    adopt(store, trace.before);
    hear(store, trace.frames.slice(0, 1));
    adopt(store, trace.after);
    hear(store, trace.frames);
    expect(shown(store)).toEqual(expected(trace.after));
    expectThreads(store, trace.after);
  });

  it("has only frames that the desk knows", () => {
    const kinds = new Set(trace.frames.map((frame) => frame.k));
    expect([...kinds].filter((kind) => !knownKinds().includes(kind))).toEqual([]);
  });
});

describe.each(floors)("trace $name", ({ trace }) => {
  const held = (store: LiveStore) =>
    [...store.rows("floor").values()].map((client) => ({
      ...client,
      at: Date.parse(client.at),
      queues: client.queues.map((queue) => ({ ...queue, oldest_at: queue.oldest_at && Date.parse(queue.oldest_at) })),
    }));
  const asked = (answer: FloorAnswer) => {
    const store = new LiveStore();
    store.apply(adoptFloor(store, answer));
    return store;
  };

  it("ends where the server says, with names, targets and places still there", () => {
    const store = asked(trace.before.floor);
    hear(store, [...trace.frames, ...trace.frames]);
    expect(trace.frames.length).toBeGreaterThan(0);
    expect(held(store)).toEqual(held(asked(trace.after.floor)));
  });

  it("keeps what ticks told after an answer was made", () => {
    const store = asked(trace.before.floor);
    hear(store, trace.frames);
    store.apply(adoptFloor(store, trace.before.floor));
    expect(held(store)).toEqual(held(asked(trace.after.floor)));
  });

  it("shows nothing of a client before it has been asked for", () => {
    const store = new LiveStore();
    hear(store, trace.frames);
    expect(held(store)).toEqual([]);
  });
});
