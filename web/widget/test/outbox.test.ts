import { describe, expect, it } from "vitest";
import { type Item, Outbox, pause, type Verdict } from "../panel/outbox.ts";

/** A server that stores by nonce and answers as told; time passes only when the test says so. */
function bench(answers: (Verdict | "lost")[] = [], kept: Item[] = []) {
  const stored: string[] = [];
  const pauses: { ms: number; run: () => void }[] = [];
  let states: string[] = [];
  const box = new Outbox(
    {
      deliver: async (item) => {
        const answer = answers.shift() ?? { is: "sent" };
        // "lost": the server took it, the answer never came.
        if (answer === "lost" || answer.is === "sent") if (!stored.includes(item.nonce)) stored.push(item.nonce);
        return answer === "lost" ? { is: "later" } : answer;
      },
      changed: (items) => { states = items.map((item) => `${item.nonce}:${item.state}`); },
      after: (ms, run) => {
        const entry = { ms, run };
        pauses.push(entry);
        return () => pauses.splice(pauses.indexOf(entry), 1);
      },
      random: () => 1,
    },
    kept,
  );
  const add = (nonce: string) => box.add({ nonce, text: nonce, files: [], at: "" });
  const settle = () => new Promise((done) => setTimeout(done));
  return { box, add, settle, stored, pauses, states: () => states };
}

describe("the outbox", () => {
  it("sends in the order in which it was written, one at a time", async () => {
    const { add, settle, stored, states } = bench();
    ["a", "b", "c"].forEach(add);
    await settle();
    expect(stored).toEqual(["a", "b", "c"]);
    expect(states()).toEqual([]);
  });

  it("holds what comes later until the one before has arrived", async () => {
    const { add, settle, stored, pauses, states } = bench([{ is: "later" }]);
    add("a");
    add("b");
    await settle();
    expect(stored).toEqual([]);
    expect(states()).toEqual(["a:failed", "b:waiting"]);
    pauses[0]!.run();
    await settle();
    expect(stored).toEqual(["a", "b"]);
  });

  it("sends the same nonce again when the answer was lost, so that nothing is doubled", async () => {
    const { add, settle, stored, pauses } = bench(["lost", "lost"]);
    add("a");
    await settle();
    pauses[0]!.run();
    await settle();
    pauses.at(-1)!.run();
    await settle();
    expect(stored).toEqual(["a"]);
  });

  it("shows a refusal, goes on with the rest and tries again only when asked", async () => {
    const { box, add, settle, stored, states } = bench([{ is: "refused", code: "text_too_long" }]);
    add("a");
    add("b");
    await settle();
    expect(stored).toEqual(["b"]);
    expect(states()).toEqual(["a:refused"]);
    box.retry("a");
    await settle();
    expect(stored).toEqual(["b", "a"]);
  });

  it("obeys the pause that the server asks for", async () => {
    const { add, settle, pauses } = bench([{ is: "later", afterMs: 7_000 }]);
    add("a");
    await settle();
    expect(pauses[0]!.ms).toBe(7_000);
  });

  it("tries at once when the line is back, and cancels the pause", async () => {
    const { box, add, settle, stored, pauses } = bench([{ is: "later" }]);
    add("a");
    await settle();
    box.wake();
    await settle();
    expect(stored).toEqual(["a"]);
    expect(pauses).toEqual([]);
  });

  it("goes on after a reload with what was kept", async () => {
    const kept: Item = { nonce: "a", text: "a", files: [], at: "", state: "failed" };
    const { box, settle, stored } = bench([], [kept]);
    box.wake();
    await settle();
    expect(stored).toEqual(["a"]);
  });

  it("forgets one that the stream has brought back", async () => {
    const { box, add, settle, states } = bench([{ is: "later" }]);
    add("a");
    await settle();
    box.drop("a");
    expect(states()).toEqual([]);
  });

  it("waits longer each time, never beyond fifteen seconds", () => {
    const steps = [0, 1, 2, 3, 4, 5, 6, 50].map((tries) => pause(tries, () => 1));
    expect(steps).toEqual([500, 1000, 2000, 4000, 8000, 15000, 15000, 15000]);
    expect(pause(0, () => 0)).toBe(250);
  });
});
