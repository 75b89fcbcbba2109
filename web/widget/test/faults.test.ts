import { expect, it } from "vitest";
import { type Item, Outbox } from "../panel/outbox.ts";
import { applied, empty, type Thread } from "../panel/thread.ts";
import type { Message } from "../panel/wire.ts";

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

/** A customer who writes while requests, answers and stream frames get lost and pages are reloaded. */
async function storm(seed: number, wanted: number) {
  const chance = die(seed);
  const stored: Message[] = [];
  let faults = 0;
  let kept: Item[] = [];
  let thread: Thread = empty;
  const take = (item: Item): Message => {
    const known = stored.find((message) => message.nonce === item.nonce);
    if (known) return known;
    const message: Message = {
      id: `m${stored.length}`, seq: stored.length + 1, author: { kind: "customer", name: "" },
      text: item.text, attachments: [], at: "", nonce: item.nonce,
    };
    stored.push(message);
    return message;
  };
  const open = () =>
    new Outbox({
      deliver: async (item) => {
        const lot = chance();
        if (lot < 0.3) faults += 1;
        if (lot < 0.15) return { is: "later" };
        const message = take(item);
        if (lot < 0.3) return { is: "later" };
        thread = applied(thread, { k: "message.added", b: message });
        return { is: "sent" };
      },
      changed: (items) => { kept = [...items]; },
      after: (_ms, run) => {
        const timer = setTimeout(run);
        return () => clearTimeout(timer);
      },
      random: chance,
    }, kept);
  let box = open();
  const written: string[] = [];
  while (faults < wanted || kept.length) {
    if (faults < wanted) {
      const text = `n. ${written.length}`;
      written.push(text);
      box.add({ nonce: `nonce ${text}`, text, files: [], at: "" });
    } else box.wake();
    if (chance() < 0.05) {
      box.stop();
      thread = empty;
      box = open();
      box.wake();
    }
    if (chance() < 0.5)
      for (const message of stored.filter(() => chance() < 0.3)) {
        thread = applied(thread, { k: "message.added", b: message });
        if (chance() < 0.5) box.drop(message.nonce!);
      }
    await new Promise((done) => setTimeout(done));
  }
  for (const message of stored) thread = applied(thread, { k: "message.added", b: message });
  return { written, stored: stored.map((one) => one.text), shown: thread.messages.map((one) => one.text) };
}

it.each([1, 2, 3, 4])("loses, doubles and swaps nothing in 250 faults (seed %i)", async (seed) => {
  const { written, stored, shown } = await storm(seed, 250);
  expect(stored).toEqual(written);
  expect(shown).toEqual(written);
}, 30_000);
