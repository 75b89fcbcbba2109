import { describe, expect, it } from "vitest";
import { applied, empty, isOver, lastSeq, type Thread } from "../panel/thread.ts";
import type { Frame, Message } from "../panel/wire.ts";

const message = (seq: number, kind: Message["author"]["kind"] = "operator", more: Partial<Message> = {}): Message => ({
  id: `m${seq}`, seq, author: { kind, name: "Giulia" }, text: `n. ${seq}`, attachments: [], at: "2026-01-01T10:00:00Z", ...more,
});
const added = (one: Message): Frame => ({ k: "message.added", b: one });
const standing = (v: number, state: string): Frame => ({
  k: "conversation.state", b: { v, state, number: 12, operator_name: "Giulia", last_seq: 1 },
});
const play = (frames: Frame[], from: Thread = empty) => frames.reduce(applied, from);

describe("the thread", () => {
  it("keeps messages in the order of their numbers, whatever order they come in", () => {
    const { messages } = play([3, 1, 2].map((seq) => added(message(seq))));
    expect(messages.map((one) => one.seq)).toEqual([1, 2, 3]);
  });

  it("is the same however often a frame comes", () => {
    const frames = [added(message(1)), standing(2, "active"), added(message(2)), standing(3, "closed")];
    const once = play(frames);
    expect(play(frames, once)).toEqual(once);
    expect(play([...frames, ...frames])).toEqual(once);
  });

  it("takes over a changed message in its place", () => {
    const thread = play([added(message(1)), { k: "message.changed", b: message(1, "operator", { text: "corretto" }) }]);
    expect(thread.messages.map((one) => one.text)).toEqual(["corretto"]);
  });

  it("ignores a state older than the one it knows", () => {
    expect(play([standing(5, "active"), standing(4, "waiting")]).state).toBe("active");
  });

  it("stops showing that somebody types once they have spoken", () => {
    const typing = play([standing(1, "active"), { k: "typing", b: { kind: "operator", name: "Giulia" } }]);
    expect(typing.typing).toBe("Giulia");
    expect(applied(typing, added(message(1, "customer"))).typing).toBe("Giulia");
    expect(applied(typing, added(message(1))).typing).toBeNull();
    expect(applied(typing, standing(2, "closed")).typing).toBeNull();
  });

  it("shows a wait only while queued", () => {
    const waiting = play([standing(1, "waiting"), { k: "wait", b: { seconds: 60, words: "un minuto" } }]);
    expect(waiting.wait?.words).toBe("un minuto");
    expect(applied(waiting, standing(2, "active")).wait).toBeNull();
  });

  it("offers somebody in the Union only as long as the server says so", () => {
    const abroad = applied(empty, { k: "conversation.state", b: { v: 1, state: "active", number: 1, operator_name: "Arben", last_seq: 2, eu_offer: true } });
    expect(abroad.euOffer).toBe(true);
    expect(applied(abroad, standing(2, "waiting")).euOffer).toBe(false);
  });

  it("knows where to go on from and when it is over", () => {
    expect(lastSeq(empty)).toBe(0);
    expect(lastSeq(play([added(message(7)), added(message(3))]))).toBe(7);
    expect(["open", "waiting", "active", "snoozed", "wrapup", "closed"].filter((state) => isOver({ ...empty, state }))).toEqual(["wrapup", "closed"]);
  });

  it("lets frames of a kind it does not know pass", () => {
    expect(applied(empty, { k: "new.thing", b: {} })).toBe(empty);
  });
});
