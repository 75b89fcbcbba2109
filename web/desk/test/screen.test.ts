/** The wall: what it shows first, and that it goes on by itself whatever happens to the server. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { FloorAnswer } from "@/api/types";
import { below, pressure, ranked, type WallQueue } from "@/features/screen/rank";
import { secretIn, watch, type View } from "@/features/screen/watch";

const queue = (name: string, more: Partial<WallQueue> = {}): WallQueue => ({
  queue_id: name, name, client_id: "c1", waiting: 0, oldest_wait_s: null, offered: 0, active: 0, wrapup: 0, available: 0,
  wait_s: null, sl_today: 0.9, sl_formula: "sl@1", answered_today: 0, abandoned_today: 0, target: 0.8, target_s: 60, ...more,
});

it("shows first who has waited too long, then who is below target, then the fullest", () => {
  const calm = queue("Calma", { waiting: 9 });
  const low = queue("Bassa", { sl_today: 0.5 });
  const late = queue("Tardi", { waiting: 1, oldest_wait_s: 50 });
  expect(ranked([calm, low, late], 0, 9).shown.map(({ name }) => name)).toEqual(["Bassa", "Calma", "Tardi"]);
  // The wait goes on between two answers.
  expect(pressure(late, 11)).toBeGreaterThan(1);
  expect(ranked([calm, low, late], 11, 2)).toMatchObject({ shown: [late, low], more: 1 });
  expect([below(queue("x", { sl_today: null })), below(low)]).toEqual([false, true]);
});

it("takes a token from the address and nothing that is none", () => {
  expect(secretIn("#ascolto_0190-aa.Zm9v_-")).toBe("ascolto_0190-aa.Zm9v_-");
  expect([secretIn(""), secretIn("#x"), secretIn("#ascolto_a b"), secretIn("#ascolto_<img>")]).toEqual(["", "", "", ""]);
});

const floor: FloorAnswer = {
  at: "2026-04-01T08:00:00Z",
  queues: [queue("Guasti")],
  groups: [],
  people: { n: 0, present: 0, available: 0, busy: 0, break: 0, home: null, site: null },
};
const server = { status: 200, version: "1", asked: [] as { path: string; bearer: string | null; credentials: string | undefined }[] };
const reload = vi.fn();
const ports = {
  now: () => Date.now(),
  reload,
  fetch: (async (path: string, { headers, credentials }: RequestInit) => {
    server.asked.push({ path, bearer: new Headers(headers).get("authorization"), credentials });
    if (server.status === 0) throw new TypeError("no network");
    const bodies: Record<string, unknown> = {
      "/api/v1/floor": floor,
      "/api/v1/clients": { items: [{ id: "c1", name: "Energia" }] },
      "/api/v1/health": { version: server.version },
    };
    return new Response(JSON.stringify(bodies[path]), { status: server.status });
  }) as typeof fetch,
};

beforeEach(() => {
  vi.useFakeTimers();
  Object.assign(server, { status: 200, version: "1", asked: [] });
  reload.mockClear();
});
afterEach(() => vi.useRealTimers());

it("asks again for ever, keeps what it saw while nothing comes, and is whole again by itself", async () => {
  const views: View[] = [];
  const stop = watch("ascolto_t.s", (view) => views.push(view), ports);
  await vi.advanceTimersByTimeAsync(10);
  expect(views.at(-1)).toMatchObject({ clients: [{ name: "Energia" }], lostSince: null });
  expect(server.asked[0]).toEqual({ path: "/api/v1/floor", bearer: "Bearer ascolto_t.s", credentials: "omit" });
  for (const status of [0, 502]) {
    server.status = status;
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(views.at(-1)?.seen?.floor).toEqual(floor);
    expect(views.at(-1)?.lostSince).not.toBeNull();
    server.status = 200;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(views.at(-1)?.lostSince).toBeNull();
  }
  stop();
  const asked = server.asked.length;
  await vi.advanceTimersByTimeAsync(600_000);
  expect(server.asked.length).toBe(asked);
});

it("leaves nothing on the wall once the link is taken back", async () => {
  const views: View[] = [];
  const stop = watch("ascolto_t.s", (view) => views.push(view), ports);
  await vi.advanceTimersByTimeAsync(10);
  server.status = 401;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(views.at(-1)).toMatchObject({ seen: null, refused: true });
  stop();
});

it("takes the newer page once a newer server has come", async () => {
  const stop = watch("", () => undefined, ports);
  await vi.advanceTimersByTimeAsync(120_000);
  expect(reload).not.toHaveBeenCalled();
  expect(server.asked[0]).toMatchObject({ bearer: null, credentials: "same-origin" });
  server.version = "2";
  await vi.advanceTimersByTimeAsync(120_000);
  expect(reload).toHaveBeenCalledOnce();
  stop();
});
