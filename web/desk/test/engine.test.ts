/** The line to the server: snapshot, frames in order, gaps, cuts, and coming back. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { DeskSnapshot } from "@/api/types";
import "@/features/presence/live";
import { adoptSnapshot } from "@/live/adopt";
import { LiveEngine, type SocketLike } from "@/live/engine";
import { LiveStore } from "@/live/store";

class Line implements SocketLike {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: (() => void) | null = null;
  readonly said: Record<string, unknown>[] = [];
  closed = false;
  send(text: string): void {
    this.said.push(JSON.parse(text) as Record<string, unknown>);
  }
  close(): void {
    this.closed = true;
  }
  hear(frame: Record<string, unknown>): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  welcome(): void {
    this.onopen?.();
    this.hear({ t: "welcome", resumed: true, now: "2026-03-03T09:00:00Z" });
  }
}

/** The longest wait before another try, below the silence after which a line is given up. */
const LONGEST_WAIT_MS = 15_000;

const presence = (state: string, second: number) => ({
  operator_id: "o", state, since: `2026-03-03T09:00:${String(second).padStart(2, "0")}Z`, place: null, country: null,
  reason: null, break_due_at: null, v: second,
});
const frame = (n: number, state: string) => ({ t: "f", n, c: `c${n}`, k: "presence.changed", b: presence(state, n) });

function desk(snapshot?: () => Promise<DeskSnapshot>) {
  const lines: Line[] = [];
  const store = new LiveStore();
  let snapshots = 0;
  let unknown = 0;
  const engine = new LiveEngine({
    store,
    snapshot:
      snapshot ??
      (async () => {
        snapshots += 1;
        return {
          cursor: `s${snapshots}`, now: "2026-03-03T09:00:00Z", workplace: null,
          presence: presence("offline", 0), offers: [], conversations: [], consults: [], queues: [],
        } as DeskSnapshot;
      }),
    adopt: adoptSnapshot,
    socket: () => {
      const line = new Line();
      lines.push(line);
      return line;
    },
    frame: (work) => work(),
    random: () => 0.5,
    onUnknownSession: () => (unknown += 1),
  });
  const state = () => store.get("presence", "me")?.state;
  return { engine, store, lines, state, snapshots: () => snapshots, unknown: () => unknown };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const soon = () => vi.advanceTimersByTimeAsync(0);

it("takes a snapshot, says hello with its cursor and topics, and applies what follows", async () => {
  const { engine, lines, state } = desk();
  engine.follow("floor");
  engine.start();
  await soon();
  lines[0]!.welcome();
  expect(lines[0]!.said[0]).toEqual({ t: "hello", after: "s1", topics: ["floor"] });
  expect(engine.link().state).toBe("live");
  lines[0]!.hear(frame(1, "available"));
  lines[0]!.hear(frame(2, "break"));
  expect(state()).toBe("break");
});

it("comes back after a cut with the cursor of the last frame, and asks for no snapshot", async () => {
  const { engine, lines, snapshots } = desk();
  engine.start();
  await soon();
  lines[0]!.welcome();
  lines[0]!.hear(frame(1, "available"));
  lines[0]!.onclose?.();
  expect(engine.link().state).toBe("waiting");
  await vi.advanceTimersByTimeAsync(LONGEST_WAIT_MS);
  lines[1]!.welcome();
  expect(lines[1]!.said[0]).toMatchObject({ t: "hello", after: "c1" });
  expect(snapshots()).toBe(1);
});

it("takes a fresh snapshot when a frame is missing, when told to, or when it cannot be resumed", async () => {
  const { engine, lines, snapshots } = desk();
  engine.start();
  await soon();
  lines[0]!.welcome();
  lines[0]!.hear(frame(1, "available"));
  await vi.advanceTimersByTimeAsync(2000);
  lines[0]!.hear(frame(3, "break"));
  await soon();
  expect([snapshots(), lines[0]!.closed]).toEqual([2, true]);
  lines[1]!.welcome();
  await vi.advanceTimersByTimeAsync(2000);
  lines[1]!.hear({ t: "resync" });
  await soon();
  expect(snapshots()).toBe(3);
  await vi.advanceTimersByTimeAsync(2000);
  lines[2]!.onopen?.();
  lines[2]!.hear({ t: "welcome", resumed: false, cursor: "elsewhere", now: "2026-03-03T09:00:00Z" });
  await soon();
  expect(snapshots()).toBe(4);
});

it("hears nothing more from a line it has given up", async () => {
  const { engine, lines, state } = desk();
  engine.start();
  await soon();
  lines[0]!.welcome();
  const old = lines[0]!.onmessage!;
  lines[0]!.onclose?.();
  old({ data: JSON.stringify(frame(1, "break")) });
  expect(state()).toBe("offline");
});

it("gives up a line that is silent for too long, answers pings, and survives nonsense", async () => {
  const { engine, lines } = desk();
  engine.start();
  await soon();
  lines[0]!.welcome();
  lines[0]!.hear({ t: "ping" });
  expect(lines[0]!.said.at(-1)).toEqual({ t: "pong" });
  lines[0]!.onmessage?.({ data: "{no" });
  expect(engine.link().state).toBe("live");
  await vi.advanceTimersByTimeAsync(45_000);
  expect(engine.link().state).toBe("waiting");
  expect(lines[0]!.closed).toBe(true);
});

it("tries for as long as the desk is open, and stops when it is closed", async () => {
  const { engine, lines } = desk();
  engine.start();
  await soon();
  for (let n = 0; n < 60; n += 1) {
    lines.at(-1)!.onclose?.();
    await vi.advanceTimersByTimeAsync(LONGEST_WAIT_MS);
  }
  expect(lines.length).toBe(61);
  engine.stop();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(lines.length).toBe(61);
  expect(engine.link().state).toBe("stopped");
});

it("asks for a topic once for all who want it, and lets it go with the last of them", async () => {
  const { engine, lines } = desk();
  engine.start();
  await soon();
  lines[0]!.welcome();
  const first = engine.follow("floor");
  const second = engine.follow("floor");
  first();
  second();
  const asked = lines[0]!.said.filter((one) => one.t === "sub" || one.t === "unsub");
  expect(asked).toEqual([
    { t: "sub", topics: ["floor"] },
    { t: "unsub", topics: ["floor"] },
  ]);
});

it("says that the session is over instead of trying on", async () => {
  const refused = Object.assign(new Error("401"), { status: 401 });
  const { engine, lines, unknown } = desk(() => Promise.reject(refused));
  engine.start();
  await vi.advanceTimersByTimeAsync(600_000);
  expect([unknown(), lines.length]).toEqual([1, 0]);
});

it("fetches a thread again when the server begins to send what is said in it", async () => {
  const { engine, lines, store } = desk();
  engine.start();
  await soon();
  lines[0]!.welcome();
  store.set("threads", "k", { items: [], hasEarlier: false, stale: false });
  const leave = engine.follow("conversation:k");
  expect(store.get("threads", "k")?.stale).toBe(false);
  lines[0]!.hear({ t: "followed", topics: ["conversation:k", "conversation:left"] });
  expect(store.get("threads", "k")?.stale).toBe(true);
  expect(store.get("followed", "conversation:k")).toBe(true);
  expect(store.get("followed", "conversation:left")).toBeUndefined();
  leave();
  expect(store.get("followed", "conversation:k")).toBeUndefined();
});
