/**
 * Replies, notes and what is said in consults on their way: written down before they are sent, sent in order within one
 * conversation, tried again until the server has answered, each with one nonce for all tries.
 */
import type { Attachment } from "@/api/types";
import type { Envelope } from "../mail/model";
import { backoff } from "@/live/backoff";

/** A question that opens a consult: beside which conversation, and who is asked. */
export interface Ask {
  conversation_id: string;
  subject: string;
  operator_id: string | null;
  queue_id: string | null;
  whom: string;
}

/** What others wrote before it could leave. */
export interface Came {
  name: string;
  text: string;
}

export interface OutboxItem {
  nonce: string;
  /** The line it stands in: a conversation, or for what is said in a consult, that consult. */
  conversation_id: string;
  kind: "reply" | "note" | "consult";
  ask?: Ask;
  text: string;
  attachments: Attachment[];
  mentions: string[];
  /** To whom a mail goes; without it, to whoever wrote. */
  envelope?: Envelope | null;
  /** The last message its writer had seen. */
  seen_seq: number | null;
  at: string;
  attempts: number;
  /** `held`: the server has it and sends it by itself in a moment; `returning`: asked back. */
  state: "queued" | "sending" | "held" | "returning" | "failed";
  /** When a held one leaves, by this machine's clock. */
  leaves_at: string | null;
  code: string | null;
  /** What came meanwhile, of one that was refused for it. */
  came?: Came[];
}

export type NewItem = Pick<OutboxItem, "conversation_id" | "kind" | "ask" | "text" | "attachments" | "mentions" | "envelope" | "seen_seq">;

export interface OutboxStorage {
  load(): OutboxItem[];
  put(item: OutboxItem): void;
  drop(nonce: string): void;
}

export interface OutboxOptions {
  storage: OutboxStorage;
  /** Hands it to the server; in how many milliseconds it leaves, nothing when it has. */
  send: (item: OutboxItem) => Promise<number | void>;
  /** Asks a held one back; false when it has left already. */
  takeBack?: (item: OutboxItem) => Promise<boolean>;
  /** What was taken back, to be put where it can be written on. */
  restore?: (item: OutboxItem) => void;
  tooLate?: (item: OutboxItem) => void;
  /** The refusal's code when trying again cannot help, else null. */
  refusal: (error: unknown) => string | null;
  /** What a refusal tells of the thread: from then on its writer has seen that. */
  meanwhile?: (error: unknown) => Partial<Pick<OutboxItem, "seen_seq" | "came">>;
  newNonce?: () => string;
  now?: () => number;
  random?: () => number;
  later?: (work: () => void, ms: number) => void;
}

/** Random enough for ever; a page without TLS (an office network) has no randomUUID. */
export function randomNonce(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// The server looks twice a second for what has to leave.
const CONFIRM_MS = 900;

export class Outbox {
  private readonly options: OutboxOptions;
  private list: OutboxItem[];
  private readonly busy = new Set<string>();
  private readonly resting = new Set<string>();
  private readonly listeners = new Set<() => void>();
  private stopped = false;

  constructor(options: OutboxOptions) {
    this.options = options;
    this.list = options.storage
      .load()
      // What was held has left by now, or will: asking again under its nonce tells.
      .map((item) => (item.state === "sending" || item.state === "held" ? { ...item, state: "queued" as const } : item))
      .sort((a, b) => (a.at < b.at ? -1 : 1));
  }

  items = (): readonly OutboxItem[] => this.list;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  add(item: NewItem): OutboxItem {
    const made: OutboxItem = {
      ...item,
      nonce: this.options.newNonce?.() ?? randomNonce(),
      at: new Date(this.options.now?.() ?? Date.now()).toISOString(),
      attempts: 0,
      state: "queued",
      leaves_at: null,
      code: null,
    };
    this.options.storage.put(made);
    this.list = [...this.list, made];
    this.tell();
    this.pump();
    return made;
  }

  /** Tries a refused item once more; it keeps why it was, for its writer has seen that. */
  retry(nonce: string): void {
    this.change(nonce, { state: "queued" });
    this.pump();
  }

  /** Takes an item back, so that its words can return to the field. */
  take(nonce: string): OutboxItem | undefined {
    const item = this.list.find((one) => one.nonce === nonce);
    if (!item || item.state === "sending" || item.state === "held" || item.state === "returning") return undefined;
    this.remove(nonce);
    return item;
  }

  /** The last one of a conversation that may still be taken back. */
  heldIn(conversation: string): OutboxItem | undefined {
    return this.list.findLast((one) => one.conversation_id === conversation && one.state === "held");
  }

  /** Asks a held item back; it is written down first, so that a lost page asks again. */
  undo(nonce: string): void {
    const item = this.list.find((one) => one.nonce === nonce);
    if (item?.state !== "held") return;
    this.change(nonce, { state: "returning" });
    this.pump();
  }

  /**
   * Resolves once nothing of a conversation waits to be handed in: what comes after must not overtake
   * it. False when something was refused, or is being taken back.
   */
  async settled(conversation: string): Promise<boolean> {
    const left = () => !this.list.some((one) => one.conversation_id === conversation && one.state !== "held");
    const waits = () => this.list.some((one) => one.conversation_id === conversation && (one.state === "queued" || one.state === "sending"));
    if (!waits()) return left();
    await new Promise<void>((resolve) => {
      const off = this.subscribe(() => {
        if (waits()) return;
        off();
        resolve();
      });
    });
    return left();
  }

  /** The line is back: nobody needs to wait any longer. */
  wake(): void {
    this.resting.clear();
    this.pump();
  }

  stop(): void {
    this.stopped = true;
  }

  /** Starts the first waiting item of every conversation that is not busy. */
  pump(): void {
    if (this.stopped) return;
    const seen = new Set<string>();
    for (const item of this.list) {
      const { conversation_id: id } = item;
      if (item.state === "returning") void this.fetchBack(item);
      // The server keeps the order of what it holds: nobody waits for it here.
      if (seen.has(id) || item.state === "held" || item.state === "returning") continue;
      seen.add(id);
      if (item.state === "queued" && !this.busy.has(id) && !this.resting.has(id)) void this.send(item);
    }
  }

  private async send(item: OutboxItem): Promise<void> {
    const { conversation_id: id, nonce } = item;
    this.busy.add(id);
    this.change(nonce, { state: "sending", attempts: item.attempts + 1 });
    try {
      const leavesIn = await this.options.send({ ...item, attempts: item.attempts });
      if (leavesIn) this.holdFor(nonce, leavesIn);
      else this.remove(nonce);
    } catch (error) {
      const code = this.options.refusal(error);
      if (code) this.change(nonce, { state: "failed", code, ...this.options.meanwhile?.(error) });
      else {
        this.change(nonce, { state: "queued" });
        this.rest(id, item.attempts);
      }
    } finally {
      this.busy.delete(id);
    }
    this.pump();
  }

  /** Shows when it leaves; once it should have, asks the server whether it did. */
  private holdFor(nonce: string, leavesIn: number): void {
    const leaves = new Date((this.options.now?.() ?? Date.now()) + leavesIn);
    this.change(nonce, { state: "held", attempts: 0, leaves_at: leaves.toISOString() });
    this.later(() => {
      if (this.list.find((one) => one.nonce === nonce)?.state !== "held") return;
      // Another window may have taken it back: then it must not be handed in anew.
      if (!this.options.storage.load().some((one) => one.nonce === nonce && one.state === "held")) {
        this.list = this.list.filter((one) => one.nonce !== nonce);
        this.tell();
        return;
      }
      this.change(nonce, { state: "queued" });
      this.pump();
    }, leavesIn + CONFIRM_MS);
  }

  private async fetchBack(item: OutboxItem): Promise<void> {
    const { nonce } = item;
    if (this.busy.has(nonce) || this.resting.has(nonce) || !this.options.takeBack) return;
    this.busy.add(nonce);
    try {
      const back = await this.options.takeBack(item);
      // First to where it can be written on, then out of here: a crash between leaves it twice, never nowhere.
      if (back) this.options.restore?.(item);
      this.remove(nonce);
      if (!back) this.options.tooLate?.(item);
    } catch (error) {
      if (this.options.refusal(error)) {
        this.remove(nonce);
        this.options.tooLate?.(item);
      } else this.rest(nonce, 0);
    } finally {
      this.busy.delete(nonce);
    }
  }

  private later(work: () => void, ms: number): void {
    (this.options.later ?? ((todo, after) => void setTimeout(todo, after)))(work, ms);
  }

  private rest(conversation: string, attempts: number): void {
    this.resting.add(conversation);
    this.later(
      () => {
        this.resting.delete(conversation);
        this.pump();
      },
      500 + backoff(attempts, this.options.random),
    );
  }

  private change(nonce: string, next: Partial<OutboxItem>): void {
    this.list = this.list.map((item) => {
      if (item.nonce !== nonce) return item;
      const changed = { ...item, ...next };
      this.options.storage.put(changed);
      return changed;
    });
    this.tell();
  }

  private remove(nonce: string): void {
    this.options.storage.drop(nonce);
    this.list = this.list.filter((item) => item.nonce !== nonce);
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

/** One localStorage key per item: two windows never overwrite each other's. */
export function localOutbox(account: string, storage: Storage = localStorage): OutboxStorage {
  const prefix = `ascolto.outbox.${account}.`;
  return {
    load() {
      const items: OutboxItem[] = [];
      for (let at = 0; at < storage.length; at += 1) {
        const key = storage.key(at);
        if (!key?.startsWith(prefix)) continue;
        try {
          items.push(JSON.parse(storage.getItem(key) ?? "") as OutboxItem);
        } catch {
          storage.removeItem(key);
        }
      }
      return items;
    },
    put: (item) => {
      try {
        storage.setItem(prefix + item.nonce, JSON.stringify(item));
      } catch {
        /* full or switched off: the item still lives in memory */
      }
    },
    drop: (nonce) => storage.removeItem(prefix + nonce),
  };
}
