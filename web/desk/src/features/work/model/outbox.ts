/**
 * Replies and notes on their way: written down before they are sent, sent in order within one
 * conversation, tried again until the server has answered, each with one nonce for all tries.
 */
import type { Attachment } from "@/api/types";
import { backoff } from "@/live/backoff";

export interface OutboxItem {
  nonce: string;
  conversation_id: string;
  kind: "reply" | "note";
  text: string;
  attachments: Attachment[];
  mentions: string[];
  /** The last message its writer had seen. */
  seen_seq: number | null;
  at: string;
  attempts: number;
  state: "queued" | "sending" | "failed";
  code: string | null;
}

export type NewItem = Pick<OutboxItem, "conversation_id" | "kind" | "text" | "attachments" | "mentions" | "seen_seq">;

export interface OutboxStorage {
  load(): OutboxItem[];
  put(item: OutboxItem): void;
  drop(nonce: string): void;
}

export interface OutboxOptions {
  storage: OutboxStorage;
  send: (item: OutboxItem) => Promise<void>;
  /** The refusal's code when trying again cannot help, else null. */
  refusal: (error: unknown) => string | null;
  newNonce?: () => string;
  now?: () => number;
  random?: () => number;
  later?: (work: () => void, ms: number) => void;
}

/** Random enough for ever; a page without TLS (an office network) has no randomUUID. */
export function randomNonce(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

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
      .map((item) => (item.state === "sending" ? { ...item, state: "queued" as const } : item))
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
      code: null,
    };
    this.options.storage.put(made);
    this.list = [...this.list, made];
    this.tell();
    this.pump();
    return made;
  }

  /** Tries a refused item once more. */
  retry(nonce: string): void {
    this.change(nonce, { state: "queued", code: null });
    this.pump();
  }

  /** Takes an item back, so that its words can return to the field. */
  take(nonce: string): OutboxItem | undefined {
    const item = this.list.find((one) => one.nonce === nonce);
    if (!item || item.state === "sending") return undefined;
    this.remove(nonce);
    return item;
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
      if (seen.has(id)) continue;
      seen.add(id);
      if (item.state === "queued" && !this.busy.has(id) && !this.resting.has(id)) void this.send(item);
    }
  }

  private async send(item: OutboxItem): Promise<void> {
    const { conversation_id: id, nonce } = item;
    this.busy.add(id);
    this.change(nonce, { state: "sending", attempts: item.attempts + 1 });
    try {
      await this.options.send({ ...item, attempts: item.attempts });
      this.remove(nonce);
    } catch (error) {
      const code = this.options.refusal(error);
      if (code) this.change(nonce, { state: "failed", code });
      else {
        this.change(nonce, { state: "queued" });
        this.rest(id, item.attempts);
      }
    } finally {
      this.busy.delete(id);
    }
    this.pump();
  }

  private rest(conversation: string, attempts: number): void {
    this.resting.add(conversation);
    const later = this.options.later ?? ((work, ms) => void setTimeout(work, ms));
    later(
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
