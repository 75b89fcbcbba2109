/** One customer at one chat: what was said, what waits to be sent, and the line between. */
import { type Api, Problem } from "./api.ts";
import type { Memory } from "./memory.ts";
import { type Item, Outbox, type Verdict } from "./outbox.ts";
import { Line } from "./stream.ts";
import { applied, empty, isOver, lastSeq, type Thread, withMessages } from "./thread.ts";
import type { Attachment, Config, Frame, Message, Pass, Started, Wish } from "./wire.ts";

export type Phase = "start" | "chat" | "lost";

const TYPING_SHOWN_MS = 6_000;
const TYPING_TOLD_MS = 3_000;
const LOOKED_MS = 60_000;
const CALM_MS = 2_500;

/** Random enough for ever; a page without TLS has no randomUUID. */
export const nonce = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

export class Session {
  thread: Thread = empty;
  phase: Phase = "start";
  /** False once the line has been down for longer than a blink. */
  up = true;
  /** Why a beginning was refused, and what had been written. */
  refused: { code: string; text: string } | null = null;
  onchange: () => void = () => {};
  onheard: (message: Message) => void = () => {};
  outbox: Outbox;
  ticket: string | undefined;
  page: string | undefined;
  readonly config: Config;
  readonly api: Api;
  readonly memory: Memory;
  #line: Line;
  #typing = 0;
  #told = 0;
  #calm = 0;

  constructor(config: Config, api: Api, memory: Memory) {
    this.config = config;
    this.api = api;
    this.memory = memory;
    const kept = memory.load();
    const own = new Set(kept.outbox?.map((item) => item.nonce));
    this.outbox = new Outbox(
      {
        deliver: (item) => this.#deliver(item),
        changed: (items) => {
          // Another tab may keep messages of its own there.
          for (const item of items) own.add(item.nonce);
          const others = (memory.load().outbox ?? []).filter((item) => !own.has(item.nonce));
          memory.put({ outbox: [...others, ...items] });
          this.onchange();
        },
        after: (ms, run) => {
          const timer = setTimeout(run, ms);
          return () => clearTimeout(timer);
        },
      },
      kept.outbox?.map((item) => (item.state === "refused" ? item : { ...item, state: "waiting" })),
    );
    this.#line = new Line(api, {
      frame: (frame) => this.#hear(frame),
      line: (up) => this.#linked(up),
      expired: () => this.#expire(),
      seq: () => lastSeq(this.thread),
    });
    if (kept.token) this.#enter({ token: kept.token, number: kept.number ?? 0 });
    else if (this.outbox.items.length) this.phase = "chat";
    addEventListener("online", () => this.wake());
    document.addEventListener("visibilitychange", () => document.hidden || this.wake());
    this.outbox.wake();
    setInterval(() => this.#look(), LOOKED_MS);
  }

  get over(): boolean {
    return isOver(this.thread);
  }

  /** What is written and not yet in the thread. */
  get pending(): readonly Item[] {
    const arrived = new Set(this.thread.messages.map((message) => message.nonce));
    return this.outbox.items.filter((item) => !arrived.has(item.nonce));
  }

  wake(): void {
    this.#line.wake();
    this.outbox.wake();
  }

  /** Say something; the first thing said begins the conversation. */
  say(text: string, files: Attachment[] = [], who: Partial<Wish> = {}): void {
    const start = this.api.token || this.outbox.items.length ? undefined : this.#wish(who);
    this.phase = "chat";
    this.refused = null;
    this.outbox.add({ nonce: nonce(), text, files, at: new Date().toISOString(), ...(start && { start }) });
  }

  /** Begin without a word, for whoever wants to be called. */
  async begin(who: Partial<Wish> = {}): Promise<void> {
    if (this.api.token) return;
    this.#started(
      await this.api.post<Started>(`/chat/${this.config.key}/conversations`, { nonce: nonce(), ...this.#wish(who) }),
    );
  }

  async resume(token: string): Promise<void> {
    const pass = await this.api.post<Pass>("/resume", { token });
    this.thread = empty;
    this.#enter(pass);
  }

  async end(): Promise<void> {
    const now = await this.api.post<{ state: string }>("/conversation/end");
    this.thread = { ...this.thread, state: now.state, typing: null };
    this.onchange();
  }

  /** Ask for somebody in the Union; the line tells what comes of it. */
  async askEu(): Promise<void> {
    await this.api.post("/conversation/eu-operator");
  }

  typing(): void {
    const now = Date.now();
    if (!this.api.token || this.over || now - this.#told < TYPING_TOLD_MS) return;
    this.#told = now;
    this.api.post("/conversation/typing").catch(() => {});
  }

  remember(on: boolean): void {
    if (on) {
      this.memory.put({ token: this.api.token ?? "", number: this.thread.number, outbox: [...this.outbox.items] });
      this.memory.allow();
    } else this.memory.forget();
    this.onchange();
  }

  /** Leave this conversation behind and be ready for another. */
  renew(): void {
    this.#line.stop();
    this.outbox.stop();
    this.memory.forget();
    location.reload();
  }

  #wish(who: Partial<Wish>): Wish {
    const { ticket, page } = this;
    return { ...who, language: this.config.language, ...(page && { page }), ...(ticket && { ticket }) };
  }

  async #deliver(item: Item): Promise<Verdict> {
    try {
      if (this.api.token) {
        const message = await this.api.post<Message>("/conversation/messages", {
          text: item.text,
          nonce: item.nonce,
          attachment_ids: item.files.map((file) => file.id),
        });
        this.thread = withMessages(this.thread, [message]);
      } else if (item.start) {
        this.#started(
          await this.api.post<Started>(`/chat/${this.config.key}/conversations`, {
            nonce: item.nonce,
            text: item.text,
            ...item.start,
          }),
        );
      } else return { is: "refused", code: "expired" };
      return { is: "sent" };
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (problem.code === "channels.ticket_gone" && item.start) {
        // Used or run out: who it was is not known now, what was written goes all the same.
        delete item.start.ticket;
        return { is: "later", afterMs: 1 };
      }
      if (problem.passing) return { is: "later", ...(problem.afterMs && { afterMs: problem.afterMs }) };
      if (problem.expired) this.#expire();
      else if (item.start && !this.api.token) {
        this.phase = "start";
        this.refused = { code: problem.code, text: item.text };
        this.outbox.drop(item.nonce);
      }
      return { is: "refused", code: problem.code };
    }
  }

  #started(started: Started): void {
    this.thread = withMessages({ ...this.thread, wait: started.wait }, started.messages);
    this.#enter(started);
    for (const message of started.messages) if (message.author.kind !== "customer") this.onheard(message);
  }

  #enter(pass: { token: string; number: number; cursor?: string; state?: string }): void {
    this.api.token = pass.token;
    this.phase = "chat";
    this.thread = { ...this.thread, number: pass.number, state: pass.state ?? this.thread.state };
    this.memory.put({ token: pass.token, number: pass.number });
    this.#line.start();
    this.onchange();
  }

  #hear(frame: Frame): void {
    const before = this.thread;
    this.thread = applied(before, frame);
    clearTimeout(this.#typing);
    if (this.thread.typing)
      this.#typing = window.setTimeout(() => {
        this.thread = { ...this.thread, typing: null };
        this.onchange();
      }, TYPING_SHOWN_MS);
    if (frame.k === "message.added") {
      const message = frame.b as Message;
      if (message.nonce) this.outbox.drop(message.nonce);
      const known = before.messages.some((other) => other.id === message.id);
      if (!known && message.author.kind !== "customer") this.onheard(message);
    }
    this.onchange();
  }

  /** A page may stay open over closing time: see anew whether somebody is there. */
  #look(): void {
    if (document.hidden) return;
    const { key, language } = this.config;
    this.api.get<Config>(`/chat/${key}/config?language=${language}`).then(
      (now) => {
        Object.assign(this.config, now);
        this.onchange();
      },
      () => {}, // what was last known goes on being shown
    );
  }

  #linked(up: boolean): void {
    if (up) {
      clearTimeout(this.#calm);
      this.#calm = 0;
      const back = !this.up;
      this.up = true;
      if (back) {
        this.outbox.wake();
        this.onchange();
      }
    } else if (this.up && !this.#calm)
      this.#calm = window.setTimeout(() => {
        this.up = false;
        this.#calm = 0;
        this.onchange();
      }, CALM_MS);
  }

  #expire(): void {
    this.phase = "lost";
    this.memory.forget();
    this.onchange();
  }
}
