/**
 * Drafts: every keystroke is written here at once, and to the server after a pause, one write at
 * a time. What was typed here and not yet stored wins over what comes from elsewhere.
 */
import type { Attachment, Closing, DraftKind } from "@/api/types";
import { msg } from "@/i18n";
import type { Lines } from "../mail/model";
import type { Named } from "./mentions";
import { noWords, sameWords, together } from "./together";

export type { DraftKind };

/** A message that is passed on, which of its files go along, and whether it does so whole. */
export interface About {
  message_id: string;
  attachment_ids: string[];
  whole: boolean;
}

/** What is kept of a draft on all devices. */
export interface Words {
  text: string;
  /** To whom a mail goes, once somebody has said so. */
  envelope: Lines | null;
  about: About | null;
  attachments: Attachment[];
  /** What another device wrote at the same time; offered, never forced. */
  other: string | null;
  /** How a contact ends, as it is being written up. */
  closing: Closing | null;
}

export interface Slot extends Words {
  /** Colleagues picked from the list while writing. */
  named: Named[];
  rev: number;
  /** Typed here and not yet stored by the server. */
  dirty: boolean;
  /** What the server had when this was begun. */
  base: Words;
  /** What was last sent to the server without an answer: it may have arrived. */
  tried: Words | null;
}

export type DraftStatus = "empty" | "typing" | "saving" | "saved" | "local";

/** What is said of a draft while it is written. */
export const statusWords: Record<DraftStatus, string | null> = {
  empty: null,
  typing: null,
  saving: msg("draft.saving"),
  saved: msg("draft.saved"),
  local: msg("draft.local"),
};

export interface DraftOptions {
  storage: Pick<Storage, "getItem" | "setItem" | "removeItem"> | null;
  prefix: string;
  put: (conversation: string, kind: DraftKind, words: Words, rev: number) => Promise<number>;
  delay?: number;
}

const blank: Slot = { ...noWords, named: [], rev: 0, dirty: false, base: noWords, tried: null };

function wordsOf({ text, attachments, about, envelope, other, closing }: Words): Words {
  return { text, attachments, about, envelope, other, closing };
}

/** The server keeps this draft no more: what it was for is done. */
export class Over extends Error {}

/** The server has a newer version than the one that was written over. */
export class Newer extends Error {
  readonly words: Words;
  readonly rev: number;

  constructor(words: Words, rev: number) {
    super("another device has written meanwhile");
    this.words = words;
    this.rev = rev;
  }
}

export class DraftBook {
  private readonly options: DraftOptions;
  private readonly slots = new Map<string, Slot>();
  private readonly states = new Map<string, DraftStatus>();
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly writing = new Map<string, Promise<void>>();
  private readonly listeners = new Set<() => void>();

  constructor(options: DraftOptions) {
    this.options = options;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  slot(conversation: string, kind: DraftKind): Slot {
    const key = `${conversation}.${kind}`;
    let slot = this.slots.get(key);
    if (!slot) {
      slot = this.stored(key);
      this.slots.set(key, slot);
    }
    return slot;
  }

  status(conversation: string, kind: DraftKind): DraftStatus {
    return this.states.get(`${conversation}.${kind}`) ?? (this.slot(conversation, kind).text ? "saved" : "empty");
  }

  type(conversation: string, kind: DraftKind, text: string): void {
    const slot = this.slot(conversation, kind);
    if (slot.text === text) return;
    this.keep(conversation, kind, { ...slot, text, dirty: true }, "typing");
    this.schedule(conversation, kind);
  }

  attach(conversation: string, kind: DraftKind, attachments: Attachment[]): void {
    this.keep(conversation, kind, { ...this.slot(conversation, kind), attachments, dirty: true }, "typing");
    this.schedule(conversation, kind);
  }

  /** Remembers whom the words name. */
  name(conversation: string, kind: DraftKind, who: Named): void {
    const slot = this.slot(conversation, kind);
    if (slot.named.some((one) => one.id === who.id)) return;
    this.keep(conversation, kind, { ...slot, named: [...slot.named, who] }, this.status(conversation, kind));
  }

  /** Remembers to whom a mail goes. */
  address(conversation: string, kind: DraftKind, envelope: Lines | null): void {
    const slot = this.slot(conversation, kind);
    if (sameWords(slot, { ...slot, envelope })) return;
    this.keep(conversation, kind, { ...slot, envelope, dirty: true }, "typing");
    this.schedule(conversation, kind);
  }

  /** Begins to write about a message: empty where the slot was about another. Stored with the first word. */
  begin(conversation: string, kind: DraftKind, about: About): void {
    const before = this.slot(conversation, kind).about;
    if (before?.message_id === about.message_id) return;
    if (before !== null) this.clear(conversation, kind);
    this.keep(conversation, kind, { ...this.slot(conversation, kind), about, other: null }, this.status(conversation, kind));
  }

  /** Remembers what of the message goes along. */
  choose(conversation: string, kind: DraftKind, about: About): void {
    this.keep(conversation, kind, { ...this.slot(conversation, kind), about, dirty: true }, "typing");
    this.schedule(conversation, kind);
  }

  /** Remembers how a contact ends. */
  writeUp(conversation: string, closing: Closing): void {
    this.keep(conversation, "wrapup", { ...this.slot(conversation, "wrapup"), closing, dirty: true }, "typing");
    this.schedule(conversation, "wrapup");
  }

  /** Forgets a slot that the server has emptied itself. */
  forget(conversation: string, kind: DraftKind): void {
    this.keep(conversation, kind, { ...blank, rev: this.slot(conversation, kind).rev }, "empty");
  }

  /** Empties a slot whose words were sent. */
  clear(conversation: string, kind: DraftKind): void {
    const slot = this.slot(conversation, kind);
    if (!slot.text && slot.attachments.length === 0 && !slot.envelope) return;
    this.keep(conversation, kind, { ...slot, text: "", attachments: [], named: [], envelope: null, about: null, dirty: true }, "typing");
    this.schedule(conversation, kind);
  }

  /** Takes the server's copy, and brings it together with what was typed here and is not there yet. */
  adopt(conversation: string, kind: DraftKind, words: Words, rev: number): void {
    const slot = this.slot(conversation, kind);
    if (rev < slot.rev || (rev === slot.rev && !slot.dirty && sameWords(slot, words))) return;
    // What was sent from here and went unanswered is no other's.
    const base = slot.tried !== null && sameWords(slot.tried, words) ? words : slot.base;
    const next = slot.dirty ? together(base, slot, words) : words;
    const dirty = !sameWords(next, words);
    const status = dirty ? this.status(conversation, kind) : next.text ? "saved" : "empty";
    this.keep(conversation, kind, { ...slot, ...next, base: words, rev, dirty }, status);
    if (dirty) this.schedule(conversation, kind);
  }

  /** Puts the other device's words into the field (ours become the alternative). */
  swap(conversation: string, kind: DraftKind): void {
    const slot = this.slot(conversation, kind);
    if (slot.other === null) return;
    this.keep(conversation, kind, { ...slot, text: slot.other, other: slot.text || null, dirty: true }, "typing");
    this.schedule(conversation, kind);
  }

  /** Goes on with what is in the field: the other words are not wanted. */
  settle(conversation: string, kind: DraftKind): void {
    this.keep(conversation, kind, { ...this.slot(conversation, kind), other: null, dirty: true }, "typing");
    this.schedule(conversation, kind);
  }

  /** Writes everything that waits now: the page is going away, or the line is back. */
  flush(): void {
    for (const [key, slot] of this.slots) {
      if (!slot.dirty) continue;
      const at = key.lastIndexOf(".");
      this.schedule(key.slice(0, at), key.slice(at + 1) as DraftKind, 0);
    }
  }

  private schedule(conversation: string, kind: DraftKind, delay = this.options.delay ?? 500): void {
    const key = `${conversation}.${kind}`;
    const timer = this.timers.get(key);
    if (timer) clearTimeout(timer);
    const write = () => {
      this.timers.delete(key);
      const before = this.writing.get(key) ?? Promise.resolve();
      const next = before.then(() => this.write(conversation, kind));
      this.writing.set(key, next);
    };
    if (delay === 0) write();
    else this.timers.set(key, setTimeout(write, delay));
  }

  private async write(conversation: string, kind: DraftKind): Promise<void> {
    const slot = this.slot(conversation, kind);
    if (!slot.dirty) return;
    const words = wordsOf(slot);
    this.keep(conversation, kind, { ...slot, tried: words }, "saving");
    try {
      const stored = await this.options.put(conversation, kind, words, slot.rev);
      const now = this.slot(conversation, kind);
      const dirty = !sameWords(now, words);
      this.keep(
        conversation,
        kind,
        // What another device wrote after it may be known here already.
        { ...now, rev: Math.max(stored, now.rev), base: now.rev > stored ? now.base : words, tried: null, dirty },
        dirty ? "typing" : words.text ? "saved" : "empty",
      );
    } catch (error) {
      this.say(`${conversation}.${kind}`, "local");
      if (error instanceof Over) this.forget(conversation, kind);
      if (error instanceof Newer) this.adopt(conversation, kind, error.words, error.rev);
    }
  }

  private keep(conversation: string, kind: DraftKind, slot: Slot, status: DraftStatus): void {
    const key = `${conversation}.${kind}`;
    this.slots.set(key, slot);
    const { storage, prefix } = this.options;
    try {
      if (slot.text || slot.attachments.length > 0 || slot.envelope || slot.other || slot.closing || slot.dirty) {
        storage?.setItem(prefix + key, JSON.stringify(slot));
      } else {
        storage?.removeItem(prefix + key);
      }
    } catch {
      /* storage full or off: memory and server still have it */
    }
    this.say(key, status);
  }

  private stored(key: string): Slot {
    try {
      const text = this.options.storage?.getItem(this.options.prefix + key);
      if (!text) return blank;
      const kept = { ...blank, ...(JSON.parse(text) as Partial<Slot>) };
      // Kept before it said what of the message goes along: a mere id.
      return { ...kept, about: typeof kept.about === "string" ? null : kept.about };
    } catch {
      return blank;
    }
  }

  private say(key: string, status: DraftStatus): void {
    this.states.set(key, status);
    for (const listener of this.listeners) listener();
  }
}
