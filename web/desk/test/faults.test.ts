/** An operator writes while requests, answers and the desk itself get lost; and drafts live through it. */
import { expect, it } from "vitest";
import { DraftBook, Newer, type Words } from "@/features/work/model/drafts";
import { localOutbox, Outbox, type OutboxItem } from "@/features/work/model/outbox";

/** A seeded die, so that a failure can be played again (mulberry32). */
function die(seed: number) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t ^= t + Math.imul(t ^ (t >>> 7), 61 | t);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What the browser keeps for this desk. */
function shelf(): Storage {
  const kept = new Map<string, string>();
  return {
    get length() {
      return kept.size;
    },
    key: (at) => [...kept.keys()][at] ?? null,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
    clear: () => kept.clear(),
  };
}

const turn = () => new Promise((done) => setTimeout(done));
const talks = ["a", "b", "c"];

/** Replies to three conversations; before, after or instead of the server's answer something breaks. */
async function storm(seed: number, wanted: number) {
  const chance = die(seed);
  const storage = shelf();
  const stored: { nonce: string; talk: string; text: string }[] = [];
  let faults = 0;
  let clock = 0;
  const deliver = async (item: OutboxItem) => {
    const lot = chance();
    if (chance() < 0.5) await turn();
    if (lot < 0.3) faults += 1;
    if (lot < 0.15) throw new Error("lost on the way there");
    if (!stored.some((one) => one.nonce === item.nonce)) {
      stored.push({ nonce: item.nonce, talk: item.conversation_id, text: item.text });
    }
    if (lot < 0.3) throw new Error("lost on the way back");
  };
  let alive = { on: true };
  const open = () => {
    const mine = (alive = { on: true });
    return new Outbox({
      // A desk that has crashed neither sends nor hears what it had sent.
      storage: {
        load: () => localOutbox("me", storage).load(),
        put: (item) => mine.on && localOutbox("me", storage).put(item),
        drop: (nonce) => mine.on && localOutbox("me", storage).drop(nonce),
      },
      send: deliver,
      refusal: () => null,
      now: () => (clock += 1),
      random: chance,
      later: (work) => void setTimeout(() => mine.on && work()),
    });
  };
  let box = open();
  const written: { talk: string; text: string }[] = [];
  while (faults < wanted || box.items().length > 0) {
    if (faults < wanted) {
      const talk = talks[Math.floor(chance() * talks.length)]!;
      const text = `n. ${written.length}`;
      written.push({ talk, text });
      box.add({ conversation_id: talk, kind: "reply", text, attachments: [], mentions: [], seen_seq: null });
    } else box.wake();
    if (chance() < 0.05) {
      alive.on = false;
      box.stop();
      box = open();
      box.pump();
    }
    await turn();
  }
  return { written, stored };
}

it.each([1, 2, 3, 4])("loses, doubles and swaps nothing in 250 faults (seed %i)", async (seed) => {
  const { written, stored } = await storm(seed, 250);
  const said = (talk: string, all: readonly { talk: string; text: string }[]) =>
    all.filter((one) => one.talk === talk).map((one) => one.text);
  expect(new Set(stored.map((one) => one.nonce)).size).toBe(stored.length);
  for (const talk of talks) expect(said(talk, stored)).toEqual(said(talk, written));
}, 60_000);

function isWhole(words: Words, typed: string): boolean {
  return words.text === typed && words.envelope?.to === typed;
}

/** One draft written letter by letter while writes fail, the desk crashes and another device writes. */
async function drafting(seed: number, wanted: number) {
  const chance = die(seed);
  const storage = shelf();
  let server: Words & { rev: number } = { text: "", envelope: null, about: null, attachments: [], other: null, closing: null, rev: 0 };
  let faults = 0;
  const put = async (_talk: string, _kind: string, words: Words, rev: number) => {
    const lot = chance();
    if (chance() < 0.5) await turn();
    if (lot < 0.2) {
      faults += 1;
      throw new Error("lost on the way there");
    }
    if (rev < server.rev) {
      faults += 1;
      throw new Newer(server, server.rev);
    }
    server = { ...words, rev: rev + 1 };
    if (lot < 0.4) {
      faults += 1;
      throw new Error("lost on the way back");
    }
    return server.rev;
  };
  const open = () => new DraftBook({ storage, prefix: "d.", put, delay: 0 });
  let book = open();
  let typed = "";
  const lost: string[] = [];
  for (let n = 0; faults < wanted; n += 1) {
    typed += String(n % 10);
    book.type("a", "reply", typed);
    // To whom it goes is written beside the words, and as often.
    book.address("a", "reply", { to: typed, cc: "", bcc: "" });
    if (chance() < 0.1) {
      faults += 1;
      book = open();
      if (!isWhole(book.slot("a", "reply"), typed)) lost.push(typed);
    }
    if (chance() < 0.1) book.flush();
    // What the server has, said by a frame or by opening the conversation again.
    if (chance() < 0.2) book.adopt("a", "reply", server, server.rev);
    if (!isWhole(book.slot("a", "reply"), typed)) lost.push(typed);
    await turn();
  }
  for (let n = 0; n < 200 && (!isWhole(server, typed) || book.slot("a", "reply").dirty); n += 1) {
    book.adopt("a", "reply", server, server.rev);
    book.flush();
    await turn();
  }
  return { typed, lost, server, slot: book.slot("a", "reply") };
}

it.each([1, 2, 3, 4])("loses no letter of a draft in 250 faults (seed %i)", async (seed) => {
  const { typed, lost, server, slot } = await drafting(seed, 250);
  expect(lost).toEqual([]);
  expect(slot).toMatchObject({ text: typed, other: null });
  expect(server.text).toBe(typed);
}, 60_000);
