/** What this device remembers: nothing at all until the customer says so. */
import type { Item } from "./outbox.ts";

export interface Kept {
  token: string;
  number: number;
  outbox: Item[];
  draft: string;
}

export class Memory {
  allowed = false;
  #name: string;
  #storage: () => Storage;
  #kept: Partial<Kept> = {};

  constructor(key: string, storage: () => Storage) {
    this.#name = `ascolto:${key}`;
    this.#storage = storage;
  }

  /** Read what was kept; that something is there is the earlier yes. */
  load(): Partial<Kept> {
    try {
      const text = this.#storage().getItem(this.#name);
      if (text) {
        this.#kept = JSON.parse(text) as Partial<Kept>;
        this.allowed = true;
      }
    } catch {
      this.#kept = {};
    }
    return this.#kept;
  }

  allow(): void {
    this.allowed = true;
    this.#write();
  }

  put(change: Partial<Kept>): void {
    this.#kept = { ...this.#kept, ...change };
    if (this.allowed) this.#write();
  }

  forget(): void {
    this.allowed = false;
    try {
      this.#storage().removeItem(this.#name);
    } catch {
      // Storage that cannot be reached holds nothing of ours.
    }
  }

  #write(): void {
    try {
      this.#storage().setItem(this.#name, JSON.stringify(this.#kept));
    } catch {
      // Storage is full or forbidden in this frame: the chat goes on without it.
    }
  }
}
