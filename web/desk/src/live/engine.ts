/**
 * Keeps the live store equal to the server: snapshot, then frames after its cursor, over one
 * socket that is opened again for as long as the desk is open.
 */
import type { DeskSnapshot } from "@/api/types";
import { adoptFollowed } from "./adopt";
import { backoff } from "./backoff";
import { reduce } from "./reducers";
import type { Change, LiveStore } from "./store";

export type LinkState = "connecting" | "live" | "waiting" | "offline" | "stopped";

export interface Link {
  state: LinkState;
  since: number;
  attempt: number;
}

export interface SocketLike {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
  onerror: (() => void) | null;
  send(text: string): void;
  close(): void;
}

export interface EngineOptions {
  store: LiveStore;
  snapshot: () => Promise<DeskSnapshot>;
  /** Changes that make the store equal to a fresh snapshot. */
  adopt: (store: LiveStore, snapshot: DeskSnapshot) => Change[];
  socket: () => SocketLike;
  /** Called after each new snapshot: what is loaded beside it may be out of date. */
  onRefreshed?: () => void;
  onUnknownSession?: () => void;
  random?: () => number;
  now?: () => number;
  /** Runs the function before the next paint, or soon when nothing is painted. */
  frame?: (work: () => void) => void;
}

interface ServerFrame {
  t: string;
  n?: number;
  c?: string;
  k?: string;
  b?: unknown;
  now?: string;
  cursor?: string;
  resumed?: boolean;
  code?: string;
  topics?: string[];
}

const SILENCE_MS = 45_000;

function nextFrame(work: () => void): void {
  let done = false;
  const once = () => {
    if (done) return;
    done = true;
    work();
  };
  if (typeof requestAnimationFrame === "function") requestAnimationFrame(once);
  setTimeout(once, 200);
}

export class LiveEngine {
  private readonly options: EngineOptions;
  private readonly topics = new Map<string, number>();
  private readonly listeners = new Set<() => void>();
  private socket: SocketLike | null = null;
  private cursor: string | null = null;
  private expected: number | null = null;
  private queue: ServerFrame[] = [];
  private flushing = false;
  private attempt = 0;
  private retry: ReturnType<typeof setTimeout> | null = null;
  private silence: ReturnType<typeof setTimeout> | null = null;
  private current: Link;
  private offset = 0;
  private generation = 0;
  private refreshedAt = -Infinity;
  private known = false;

  constructor(options: EngineOptions) {
    this.options = options;
    this.current = { state: "stopped", since: this.now(), attempt: 0 };
  }

  private now(): number {
    return this.options.now?.() ?? Date.now();
  }

  link = (): Link => this.current;

  /** Whether a snapshot has ever come: before, an empty store says nothing. */
  loaded = (): boolean => this.known;

  /** The server's clock, as far as this desk knows it. */
  serverNow(): number {
    return this.now() + this.offset;
  }

  onLink = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  start(): void {
    if (this.current.state !== "stopped") return;
    globalThis.addEventListener?.("online", this.wake);
    globalThis.addEventListener?.("offline", this.lost);
    globalThis.document?.addEventListener("visibilitychange", this.wakeIfSeen);
    void this.connect();
  }

  stop(): void {
    this.generation += 1;
    globalThis.removeEventListener?.("online", this.wake);
    globalThis.removeEventListener?.("offline", this.lost);
    globalThis.document?.removeEventListener("visibilitychange", this.wakeIfSeen);
    this.drop();
    this.cursor = null;
    this.say("stopped");
  }

  /** Asks for a topic while at least one caller wants it. */
  follow(topic: string): () => void {
    const count = this.topics.get(topic) ?? 0;
    this.topics.set(topic, count + 1);
    if (count === 0) this.tell({ t: "sub", topics: [topic] });
    return () => {
      const left = (this.topics.get(topic) ?? 1) - 1;
      if (left > 0) this.topics.set(topic, left);
      else {
        this.topics.delete(topic);
        this.options.store.apply([{ table: "followed", key: topic, row: undefined }]);
        this.tell({ t: "unsub", topics: [topic] });
      }
    };
  }

  /** Sends a passing hint (typing, viewing); without a line it is simply not said. */
  tell(frame: Record<string, unknown>): void {
    if (this.current.state === "live") this.socket?.send(JSON.stringify(frame));
  }

  /** Takes a new snapshot and goes on from it; soon after another one, only after a wait. */
  refresh = (): void => {
    const soon = this.now() - this.refreshedAt < 1000;
    this.refreshedAt = this.now();
    this.drop();
    this.cursor = null;
    if (soon) this.later();
    else void this.connect();
  };

  private wake = (): void => {
    if (this.current.state === "live" || this.current.state === "stopped") return;
    this.attempt = 0;
    this.drop();
    void this.connect();
  };

  private wakeIfSeen = (): void => {
    if (document.visibilityState === "visible" && this.current.state === "waiting") this.wake();
  };

  private lost = (): void => {
    if (this.current.state === "stopped") return;
    this.drop();
    this.say("offline");
    this.later();
  };

  private async connect(): Promise<void> {
    const generation = ++this.generation;
    this.say("connecting");
    try {
      if (this.cursor === null) await this.takeSnapshot(generation);
    } catch (error) {
      if (generation !== this.generation) return;
      if ((error as { status?: number }).status === 401) {
        this.say("waiting");
        this.options.onUnknownSession?.();
        return;
      }
      this.later();
      return;
    }
    if (generation === this.generation) this.open(generation);
  }

  private async takeSnapshot(generation: number): Promise<void> {
    const snapshot = await this.options.snapshot();
    if (generation !== this.generation) return;
    this.offset = Date.parse(snapshot.now) - this.now();
    this.cursor = snapshot.cursor;
    this.queue = [];
    this.options.store.apply(this.options.adopt(this.options.store, snapshot));
    if (!this.known) {
      this.known = true;
      for (const listener of this.listeners) listener();
    }
    this.options.onRefreshed?.();
  }

  private open(generation: number): void {
    const socket = this.options.socket();
    this.socket = socket;
    this.expected = null;
    socket.onopen = () => {
      if (this.socket === socket) this.hello();
    };
    socket.onmessage = (event) => {
      if (this.socket === socket && typeof event.data === "string") this.hear(event.data);
    };
    socket.onclose = () => {
      if (this.socket !== socket || generation !== this.generation) return;
      this.drop();
      this.later();
    };
    socket.onerror = () => undefined;
    this.listen();
  }

  private hello(): void {
    this.socket?.send(
      JSON.stringify({ t: "hello", after: this.cursor, topics: [...this.topics.keys()] }),
    );
  }

  private hear(text: string): void {
    this.listen();
    let frame: ServerFrame;
    try {
      frame = JSON.parse(text) as ServerFrame;
    } catch {
      return;
    }
    if (frame.t === "f") this.take(frame);
    else if (frame.t === "ping") this.socket?.send('{"t":"pong"}');
    else if (frame.t === "welcome") this.welcome(frame);
    else if (frame.t === "resync") this.refresh();
    else if (frame.t === "followed") this.followed(frame.topics ?? []);
    else if (frame.t === "refused" && frame.code === "identity.not_signed_in") {
      this.options.onUnknownSession?.();
    }
  }

  private welcome(frame: ServerFrame): void {
    if (frame.now) this.offset = Date.parse(frame.now) - this.now();
    if (frame.resumed === false && this.cursor !== null && frame.cursor !== this.cursor) {
      this.refresh();
      return;
    }
    this.attempt = 0;
    this.expected = null;
    this.say("live");
    const asked = [...this.topics.keys()];
    if (asked.length > 0) this.tell({ t: "sub", topics: asked });
  }

  private followed(topics: readonly string[]): void {
    const { store } = this.options;
    const still = topics.filter((topic) => this.topics.has(topic));
    store.batch(() => store.apply(adoptFollowed(store, still)));
  }

  private take(frame: ServerFrame): void {
    const n = frame.n ?? 0;
    if (this.expected !== null && n !== this.expected) {
      this.refresh();
      return;
    }
    this.expected = n + 1;
    this.queue.push(frame);
    if (this.flushing) return;
    this.flushing = true;
    (this.options.frame ?? nextFrame)(() => {
      this.flushing = false;
      this.flush();
    });
  }

  /** Applies all frames that came since the last paint, in order, and tells listeners once. */
  flush(): void {
    const frames = this.queue;
    this.queue = [];
    const { store } = this.options;
    store.batch(() => {
      for (const frame of frames) {
        store.apply(reduce(store, { k: frame.k ?? "", b: frame.b }, this.now()));
        if (frame.c !== undefined) this.cursor = frame.c;
      }
    });
  }

  private listen(): void {
    if (this.silence) clearTimeout(this.silence);
    this.silence = setTimeout(() => {
      this.drop();
      this.later();
    }, SILENCE_MS);
  }

  private later(): void {
    if (this.retry) clearTimeout(this.retry);
    const offline = globalThis.navigator?.onLine === false;
    const wait = backoff(this.attempt, this.options.random);
    this.attempt += 1;
    this.say(offline ? "offline" : "waiting");
    this.retry = setTimeout(() => void this.connect(), wait);
  }

  private drop(): void {
    if (this.retry) clearTimeout(this.retry);
    if (this.silence) clearTimeout(this.silence);
    this.retry = this.silence = null;
    this.generation += 1;
    const socket = this.socket;
    this.socket = null;
    if (this.queue.length > 0) this.flush();
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    try {
      socket.close();
    } catch {
      /* it was already gone */
    }
  }

  private say(state: LinkState): void {
    const same = this.current.state === state && this.current.attempt === this.attempt;
    if (same) return;
    const troubled = (s: LinkState) => s !== "live" && s !== "stopped";
    const since =
      troubled(state) && troubled(this.current.state) ? this.current.since : this.now();
    this.current = { state, since, attempt: this.attempt };
    for (const listener of this.listeners) listener();
  }
}
