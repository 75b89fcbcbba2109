/** The line down: server-sent events read by fetch, resumed after every break; else by asking. */
import { type Api, Problem, refusal } from "./api.ts";
import { pause } from "./outbox.ts";
import type { Frame, Message, Standing } from "./wire.ts";

/** Cut a stream of text into events; half an event waits for its other half. */
export class Events {
  #rest = "";

  feed(text: string): { id: string | null; frame: Frame | null }[] {
    const blocks = (this.#rest + text).replace(/\r\n?/g, "\n").split("\n\n");
    this.#rest = blocks.pop() ?? "";
    return blocks.map((block) => {
      let id: string | null = null;
      let data = "";
      for (const line of block.split("\n")) {
        if (line.startsWith("id:")) id = line.slice(3).trim();
        else if (line.startsWith("data:")) data += line.slice(5).trim();
      }
      return { id, frame: data ? (JSON.parse(data) as Frame) : null };
    });
  }
}

export interface Hears {
  frame: (frame: Frame) => void;
  line: (up: boolean) => void;
  expired: () => void;
  seq: () => number;
}

// The server says something every 15 s; a proxy that holds everything back says nothing at first.
const SILENT_MS = 40_000;
const FIRST_MS = 8_000;
const POLL_MS = 4_000;
const POLLS_BEFORE_TRYING_AGAIN = 15;

export class Line {
  cursor: string | null = null;
  #api: Api;
  #hears: Hears;
  #on = false;
  #tries = 0;
  #mute = 0;
  #abort = new AbortController();
  #wake: (() => void) | null = null;

  constructor(api: Api, hears: Hears) {
    this.#api = api;
    this.#hears = hears;
  }

  start(): void {
    if (this.#on) return;
    this.#on = true;
    void this.#go();
  }

  stop(): void {
    this.#on = false;
    this.#abort.abort();
    this.#wake?.();
  }

  /** The network or the person is back: don't sit out the pause. */
  wake(): void {
    this.#tries = 0;
    this.#wake?.();
  }

  async #go(): Promise<void> {
    while (this.#on) {
      try {
        if (this.#mute < 2) await this.#read();
        else await this.#ask();
      } catch (problem) {
        if (problem instanceof Problem && problem.expired) {
          this.#on = false;
          this.#hears.expired();
          return;
        }
      }
      if (!this.#on) return;
      this.#hears.line(false);
      await this.#sleep(pause(this.#tries, Math.random));
      this.#tries += 1;
    }
  }

  async #read(): Promise<void> {
    this.#abort = new AbortController();
    const abort = this.#abort;
    let spoke = false;
    let answered = false;
    let watch = setTimeout(() => abort.abort(), FIRST_MS);
    try {
      const answer = await fetch(this.#api.url(`/conversation/stream?after_seq=${this.#hears.seq()}`), {
        headers: { ...this.#api.headers(), ...(this.cursor ? { "last-event-id": this.cursor } : {}) },
        credentials: "omit",
        cache: "no-store",
        signal: abort.signal,
      });
      if (!answer.ok || !answer.body) throw await refusal(answer);
      answered = true;
      const events = new Events();
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        clearTimeout(watch);
        watch = setTimeout(() => abort.abort(), SILENT_MS);
        spoke = true;
        this.#mute = this.#tries = 0;
        this.#hears.line(true);
        for (const event of events.feed(value)) {
          if (event.frame) this.#hears.frame(event.frame);
          if (event.id) this.cursor = event.id;
        }
      }
    } finally {
      clearTimeout(watch);
      if (!spoke && (answered || abort.signal.aborted) && this.#on) this.#mute += 1;
    }
  }

  /** Where streams don't come through, ask again and again; now and then try the stream anew. */
  async #ask(): Promise<void> {
    for (let n = 0; n < POLLS_BEFORE_TRYING_AGAIN && this.#on; n += 1) {
      const now = await this.#api.get<Standing>("/conversation");
      for (let more = true; more; ) {
        const page = await this.#api.get<{ items: Message[]; has_more: boolean }>(
          `/conversation/messages?after_seq=${this.#hears.seq()}`,
        );
        for (const message of page.items) this.#hears.frame({ k: "message.added", b: message });
        more = page.has_more;
      }
      this.#hears.frame({ k: "conversation.state", b: now });
      this.#tries = 0;
      this.#hears.line(true);
      await this.#sleep(POLL_MS);
    }
    this.#mute = 1;
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((done) => {
      const timer = setTimeout(done, ms);
      this.#wake = () => {
        clearTimeout(timer);
        done();
      };
    });
  }
}
