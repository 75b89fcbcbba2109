/**
 * Drafts: every keystroke is written here at once, and to the server after a pause, one write at
 * a time. What was typed here and not yet stored wins over what comes from elsewhere.
 */
import type { Attachment } from "@/api/types";
import type { Lines } from "../mail/model";
import type { Named } from "./mentions";

export type DraftKind = "reply" | "note" | "forward";

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
}

export interface Slot extends Words {
  /** Colleagues picked from the list while writing. */
  named: Named[];
  rev: number;
  /** Typed here and not yet stored by the server. */
  dirty: boolean;
  /** What another device wrote meanwhile; offered, never forced. */
  other: string | null;
}

export type DraftStatus = "empty" | "typing" | "saving" | "saved" | "local";

export interface DraftOptions {
  storage: Pick<Storage, "getItem" | "setItem" | "removeItem"> | null;
  prefix: string;
  put: (conversation: string, kind: DraftKind, words: Words, rev: number) => Promise<number>;
  delay?: number;
}

const blank: Slot = { text: "", attachments: [], about: null, named: [], envelope: null, rev: 0, dirty: false, other: null };

function sameLines(one: Lines | null, other: Lines | null): boolean {
  return one?.to === other?.to && one?.cc === other?.cc && one?.bcc === other?.bcc;
}

function sameAbout(one: About | null, other: About | null): boolean {
  const ids = (about: About | null) => about?.attachment_ids.toSorted().join();
  return one?.message_id === other?.message_id && one?.whole === other?.whole && ids(one) === ids(other);
}

function same(one: Words, other: Words): boolean {
  const files = ({ attachments }: Words) => attachments.map(({ id }) => id).toSorted().join();
  return one.text === other.text && sameLines(one.envelope, other.envelope) && sameAbout(one.about, other.about) && files(one) === files(other);
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
    if (sameLines(slot.envelope, envelope)) return;
    this.keep(conversation, kind, { ...slot, envelope, dirty: true }, "typing");
    this.schedule(conversation, kind);
  }

  /** Begins to write about a message: empty where the slot was about another. Stored with the first word. */
  begin(conversation: string, kind: DraftKind, about: About): void {
    const before = this.slot(conversation, kind).about;
    if (before?.message_id === about.message_id) return;
    if (before !== null) this.clear(conversation, kind);
    this.keep(conversation, kind, { ...this.slot(conversation, kind), about }, this.status(conversation, kind));
  }

  /** Remembers what of the message goes along. */
  choose(conversation: string, kind: DraftKind, about: About): void {
    this.keep(conversation, kind, { ...this.slot(conversation, kind), about, dirty: true }, "typing");
    this.schedule(conversation, kind);
  }

  /** Empties a slot whose words were sent. */
  clear(conversation: string, kind: DraftKind): void {
    const slot = this.slot(conversation, kind);
    if (!slot.text && slot.attachments.length === 0 && !slot.envelope) return;
    this.keep(conversation, kind, { ...slot, text: "", attachments: [], named: [], envelope: null, about: null, dirty: true }, "typing");
    this.schedule(conversation, kind);
  }

  /** Takes the server's copy unless something newer was typed here. */
  adopt(conversation: string, kind: DraftKind, words: Words, rev: number): void {
    const slot = this.slot(conversation, kind);
    const { text } = words;
    if (rev < slot.rev || (rev === slot.rev && !slot.dirty && same(slot, words))) return;
    if (slot.dirty && !same(slot, words)) {
      const other = text.trim() && text !== slot.text ? text : slot.other;
      this.keep(conversation, kind, { ...slot, rev, other }, this.status(conversation, kind));
      this.schedule(conversation, kind);
      return;
    }
    this.keep(conversation, kind, { ...slot, ...words, rev, dirty: false }, text ? "saved" : "empty");
  }

  /** Puts the other device's words into the field (ours become the alternative). */
  swap(conversation: string, kind: DraftKind): void {
    const slot = this.slot(conversation, kind);
    if (slot.other === null) return;
    this.keep(conversation, kind, { ...slot, text: slot.other, other: slot.text || null, dirty: true }, "typing");
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
    const { text, envelope, about, attachments, rev, dirty } = this.slot(conversation, kind);
    if (!dirty) return;
    this.say(`${conversation}.${kind}`, "saving");
    try {
      const words = { text, envelope, about, attachments };
      const stored = await this.options.put(conversation, kind, words, rev);
      const now = this.slot(conversation, kind);
      const dirtyStill = !same(now, words);
      this.keep(
        conversation,
        kind,
        { ...now, rev: Math.max(stored, now.rev), dirty: dirtyStill },
        dirtyStill ? "typing" : text ? "saved" : "empty",
      );
    } catch {
      this.say(`${conversation}.${kind}`, "local");
    }
  }

  private keep(conversation: string, kind: DraftKind, slot: Slot, status: DraftStatus): void {
    const key = `${conversation}.${kind}`;
    this.slots.set(key, slot);
    const { storage, prefix } = this.options;
    try {
      if (slot.text || slot.attachments.length > 0 || slot.envelope || slot.dirty) {
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
