/**
 * What a wall follows: the floor, asked for again and again for as long as the page is there. A
 * wall has nobody to press a key: it never gives up, and takes a newer page by itself.
 */
import { backoff } from "@/live/backoff";
import type { ClientRef, FloorAnswer, Page } from "@/api/types";

const AGAIN_MS = 5000;
const LATEST_MS = 30_000;
const PATIENCE_MS = 15_000;
const VERSION_MS = 60_000;

export interface Seen {
  floor: FloorAnswer;
  /** This computer's clock when the answer was here. */
  here: number;
}

export interface View {
  seen: Seen | null;
  clients: readonly Pick<ClientRef, "id" | "name">[];
  /** Since when nothing came, in ms since 1970; null while all is well. */
  lostSince: number | null;
  /** The link does not hold (any more). */
  refused: boolean;
}

export interface Ports {
  fetch: typeof fetch;
  now: () => number;
  reload: () => void;
}

/** The token that a screen's address ends in, which no server log ever sees; "" in one's own session. */
export function secretIn(hash: string): string {
  const found = /^#(ascolto_[\w.-]+)$/.exec(hash);
  return found?.[1] ?? "";
}

async function read<T>(ports: Ports, path: string, secret: string): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (secret) headers.Authorization = `Bearer ${secret}`;
  const response = await ports.fetch(`/api/v1${path}`, {
    headers,
    credentials: secret ? "omit" : "same-origin",
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (response.status === 401 || response.status === 403) throw new Refused();
  if (!response.ok) throw new Error(String(response.status));
  return (await response.json()) as T;
}

async function everyClient(ports: Ports, secret: string): Promise<ClientRef[]> {
  const all: ClientRef[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const asked: string = cursor && `?cursor=${encodeURIComponent(cursor)}`;
    const page: Page<ClientRef> = await read(ports, `/clients${asked}`, secret);
    all.push(...page.items);
    cursor = page.next_cursor ?? null;
  }
  return all;
}

class Refused extends Error {}

/** Follows the floor until stopped; `told` hears of every change. */
export function watch(secret: string, told: (view: View) => void, ports: Ports): () => void {
  let view: View = { seen: null, clients: [], lostSince: null, refused: false };
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  let failures = 0;
  let version = "";
  let versionAt = -Infinity;
  const say = (next: Partial<View>) => {
    view = { ...view, ...next };
    if (!stopped) told(view);
  };
  const lookForNewer = async () => {
    if (ports.now() - versionAt < VERSION_MS) return;
    versionAt = ports.now();
    const health = await read<{ version: string }>(ports, "/health", "");
    // A server that was replaced serves a newer page: what is shown here may not fit it any more.
    if (version && health.version !== version) ports.reload();
    version = health.version;
  };
  let looking = false;
  const look = async () => {
    looking = true;
    try {
      const floor = await read<FloorAnswer>(ports, "/floor", secret);
      const known = new Set(view.clients.map(({ id }) => id));
      let { clients } = view;
      if (floor.queues.some((queue) => !known.has(queue.client_id))) {
        clients = await everyClient(ports, secret);
      }
      failures = 0;
      say({ seen: { floor, here: ports.now() }, clients, lostSince: null, refused: false });
      await lookForNewer();
    } catch (error) {
      failures += 1;
      const refused = error instanceof Refused;
      // A link taken back leaves nothing on the wall.
      say({ refused, lostSince: view.lostSince ?? ports.now(), ...(refused ? { seen: null } : {}) });
    }
    looking = false;
    if (stopped) return;
    const wait = failures === 0 ? AGAIN_MS : Math.min(LATEST_MS, AGAIN_MS + backoff(failures - 1));
    timer = setTimeout(() => void look(), wait);
  };
  void look();
  const again = () => {
    if (looking) return; // it will look again by itself
    clearTimeout(timer);
    void look();
  };
  globalThis.addEventListener?.("online", again);
  return () => {
    stopped = true;
    clearTimeout(timer);
    globalThis.removeEventListener?.("online", again);
  };
}
