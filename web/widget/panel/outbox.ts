/** What the customer wrote and the server has not acknowledged: kept, retried, sent in order. */
import type { Attachment, Wish } from "./wire.ts";

export interface Item {
  nonce: string;
  text: string;
  files: Attachment[];
  at: string;
  /** waiting: not tried or under way; failed: will be tried again; refused: the server said no. */
  state: "waiting" | "failed" | "refused";
  code?: string;
  /** The first one also begins the conversation. */
  start?: Wish;
}

export type Verdict =
  | { is: "sent" }
  | { is: "later"; afterMs?: number }
  | { is: "refused"; code: string };

interface Parts {
  deliver: (item: Item) => Promise<Verdict>;
  changed: (items: readonly Item[]) => void;
  /** Returns a function that cancels. */
  after: (ms: number, run: () => void) => () => void;
  random?: () => number;
}

const LONGEST_MS = 15_000;

/** How long to wait before a try: doubles up to a quarter of a minute, never in step with others. */
export function pause(tries: number, random: () => number): number {
  return Math.min(LONGEST_MS, 500 * 2 ** Math.min(tries, 6)) * (0.5 + random() / 2);
}

export class Outbox {
  items: readonly Item[] = [];
  #parts: Parts;
  #busy = false;
  #tries = 0;
  #cancel: (() => void) | null = null;

  constructor(parts: Parts, kept: readonly Item[] = []) {
    this.#parts = parts;
    this.items = kept;
  }

  add(item: Omit<Item, "state">): void {
    this.#set([...this.items, { ...item, state: "waiting" }]);
    this.wake();
  }

  /** Try at once: the customer asked, or the line is back. */
  wake(): void {
    this.#cancel?.();
    this.#cancel = null;
    void this.#run();
  }

  /** Try a refused one again. */
  retry(nonce: string): void {
    this.#change(nonce, { state: "waiting", code: undefined });
    this.wake();
  }

  /** Forget one: it arrived, or the customer took it back. */
  drop(nonce: string): void {
    const left = this.items.filter((item) => item.nonce !== nonce);
    if (left.length !== this.items.length) this.#set(left);
  }

  stop(): void {
    this.#cancel?.();
    this.#busy = true;
  }

  async #run(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    for (let head = this.#head(); head; head = this.#head()) {
      const verdict = await this.#parts.deliver(head);
      if (verdict.is === "later") {
        this.#change(head.nonce, { state: "failed" });
        const ms = verdict.afterMs ?? pause(this.#tries, this.#parts.random ?? Math.random);
        this.#tries += 1;
        this.#cancel = this.#parts.after(ms, () => this.wake());
        break;
      }
      this.#tries = 0;
      if (verdict.is === "sent") this.drop(head.nonce);
      else this.#change(head.nonce, { state: "refused", code: verdict.code });
    }
    this.#busy = false;
  }

  #head(): Item | undefined {
    return this.items.find((item) => item.state !== "refused");
  }

  #change(nonce: string, change: Partial<Item>): void {
    this.#set(this.items.map((item) => (item.nonce === nonce ? { ...item, ...change } : item)));
  }

  #set(items: readonly Item[]): void {
    this.items = items;
    this.#parts.changed(items);
  }
}
