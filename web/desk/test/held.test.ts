/** Replies that the server holds for a moment: shown, confirmed, taken back, and never lost or doubled. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Outbox, type OutboxItem, type OutboxStorage } from "@/features/work/model/outbox";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A server that holds each reply for three seconds from when it first heard of it. */
function server() {
  const held = new Map<string, number>();
  const sent: string[] = [];
  const settle = () => {
    for (const [nonce, at] of held) {
      if (at > Date.now()) continue;
      held.delete(nonce);
      sent.push(nonce);
    }
  };
  return {
    sent: () => (settle(), sent),
    send: async ({ nonce }: OutboxItem) => {
      settle();
      if (sent.includes(nonce)) return undefined;
      if (!held.has(nonce)) held.set(nonce, Date.now() + 3000);
      return held.get(nonce)! - Date.now();
    },
    takeBack: async ({ nonce }: OutboxItem) => {
      settle();
      held.delete(nonce);
      return !sent.includes(nonce);
    },
  };
}

function shelf(): OutboxStorage {
  const kept = new Map<string, OutboxItem>();
  return {
    load: () => [...kept.values()],
    put: (item) => void kept.set(item.nonce, item),
    drop: (nonce) => void kept.delete(nonce),
  };
}

const one = { conversation_id: "a", kind: "reply", text: "Salve", attachments: [], mentions: [], seen_seq: null } as const;
const reply = (text = "Salve") => ({ ...one, text, attachments: [], mentions: [] });
const refusal = () => null;

it("holds a reply, lets the next one go along, and forgets both once they have left", async () => {
  const far = server();
  const box = new Outbox({ storage: shelf(), send: far.send, takeBack: far.takeBack, refusal });
  const first = box.add(reply("1"));
  const second = box.add(reply("2"));
  await vi.advanceTimersByTimeAsync(10);
  expect(box.items().map((item) => item.state)).toEqual(["held", "held"]);
  await vi.advanceTimersByTimeAsync(4000);
  expect([box.items(), far.sent()]).toEqual([[], [first.nonce, second.nonce]]);
});

it("lets what comes after a reply wait until the server has it", async () => {
  let answer = () => {};
  const box = new Outbox({ storage: shelf(), send: () => new Promise<void>((resolve) => (answer = resolve)), refusal });
  box.add(reply());
  const done = vi.fn();
  void box.settled("b").then(() => done("b"));
  void box.settled("a").then(() => done("a"));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(done.mock.calls).toEqual([["b"]]);
  answer();
  await vi.advanceTimersByTimeAsync(0);
  expect(done.mock.calls).toEqual([["b"], ["a"]]);
});

it("gives the words back when they are asked back in time", async () => {
  const far = server();
  const back: string[] = [];
  const box = new Outbox({ storage: shelf(), ...far, refusal, restore: (item) => back.push(item.text) });
  const made = box.add(reply());
  await vi.advanceTimersByTimeAsync(1000);
  expect(box.heldIn("a")?.nonce).toBe(made.nonce);
  box.undo(made.nonce);
  await vi.advanceTimersByTimeAsync(10_000);
  expect([back, box.items(), far.sent()]).toEqual([["Salve"], [], []]);
});

it("says so when they had left", async () => {
  const far = server();
  const late: string[] = [];
  const box = new Outbox({ storage: shelf(), ...far, refusal, tooLate: (item) => late.push(item.text) });
  const made = box.add(reply());
  await vi.advanceTimersByTimeAsync(3500);
  box.undo(made.nonce);
  await vi.advanceTimersByTimeAsync(10);
  expect([late, box.items(), far.sent()]).toEqual([["Salve"], [], [made.nonce]]);
});

it("a page that dies while it takes a reply back goes on taking it back", async () => {
  const far = server();
  const storage = shelf();
  const dying = new Outbox({ storage, ...far, refusal, takeBack: () => new Promise(() => undefined) });
  const made = dying.add(reply());
  await vi.advanceTimersByTimeAsync(500);
  dying.undo(made.nonce);
  dying.stop();
  const back: string[] = [];
  const box = new Outbox({ storage, ...far, refusal, restore: (item) => back.push(item.text) });
  box.pump();
  await vi.advanceTimersByTimeAsync(10_000);
  expect([back, storage.load(), far.sent()]).toEqual([["Salve"], [], []]);
});

it("a page that dies while a reply is held finds it sent, once", async () => {
  const far = server();
  const storage = shelf();
  const dying = new Outbox({ storage, ...far, refusal });
  const made = dying.add(reply());
  await vi.advanceTimersByTimeAsync(500);
  dying.stop();
  await vi.advanceTimersByTimeAsync(5000);
  const box = new Outbox({ storage, ...far, refusal });
  box.pump();
  await vi.advanceTimersByTimeAsync(10);
  expect([box.items(), far.sent()]).toEqual([[], [made.nonce]]);
});

it("what another window took back is not handed in anew", async () => {
  const far = server();
  const storage = shelf();
  const here = new Outbox({ storage, ...far, refusal });
  const made = here.add(reply());
  await vi.advanceTimersByTimeAsync(500);
  const there = new Outbox({ storage, ...far, refusal });
  there.pump();
  await vi.advanceTimersByTimeAsync(10);
  there.undo(made.nonce);
  await vi.advanceTimersByTimeAsync(10_000);
  expect([here.items(), far.sent()]).toEqual([[], []]);
});

it("what was refused once says so when it is sent again by hand: its writer has looked", async () => {
  const codes: (string | null)[] = [];
  const box = new Outbox({
    storage: shelf(),
    send: async ({ code }) => {
      codes.push(code);
      if (code === null) throw new Error("refused");
    },
    refusal: () => "conversations.thread_changed",
  });
  const made = box.add(reply());
  await vi.advanceTimersByTimeAsync(10);
  box.retry(made.nonce);
  await vi.advanceTimersByTimeAsync(10);
  expect([codes, box.items()]).toEqual([[null, "conversations.thread_changed"], []]);
});
