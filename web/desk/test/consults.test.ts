import { expect, it } from "vitest";
import { isLate, isOwed, sideOf, withNews } from "@/consults";
import type { Consult, ConversationRow } from "@/api/types";
import { consultChanged } from "@/features/work/live";
import { comparer } from "@/features/work/model/rows";
import { minuteOf, snoozeChoices } from "@/features/work/model/snooze";
import { LiveStore } from "@/live/store";

const consult = (more: Partial<Consult> = {}) =>
  ({
    id: "q", v: 1, conversation: { id: "c", number: 7, subject: "", customer_name: "Carla", operator_id: "anna" },
    state: "open", overdue_at: null, asked_by: "anna", operator_id: "bruno", last_seq: 1, ...more,
  }) as Consult;

it("knows on which side one stands, also of a conversation that was taken over", () => {
  expect(sideOf(consult(), "anna")).toBe("asking");
  expect(sideOf(consult(), "bruno")).toBe("answering");
  expect(sideOf(consult(), "dora")).toBeNull();
  expect(sideOf(consult(), null)).toBeNull();
  const moved = { ...consult().conversation, operator_id: "dora" };
  expect(sideOf(consult({ conversation: moved }), "dora")).toBe("asking");
});

it("asks something of who owes an answer, and of who has one to read", () => {
  const owedBy = (one: Consult, now = 0) => ["bruno", "anna"].filter((who) => isOwed(one, who, now));
  expect(owedBy(consult())).toEqual(["bruno"]);
  expect(owedBy(consult({ state: "answered" }))).toEqual(["anna"]);
});

it("reminds who asked once no answer has come for long, and not before", () => {
  const waits = consult({ overdue_at: "2026-03-03T09:15:00Z" });
  const at = (minute: number) => Date.parse("2026-03-03T09:00:00Z") + minute * 60_000;
  expect([14, 15].map((minute) => isOwed(waits, "anna", at(minute)))).toEqual([false, true]);
  expect(isLate({ ...waits, state: "answered" }, at(99))).toBe(false);
});

it("keeps a closed consult away when an older word of it comes late", () => {
  const store = new LiveStore();
  store.apply(consultChanged(store, consult()));
  store.apply(consultChanged(store, consult({ v: 3, state: "closed" })));
  store.apply(consultChanged(store, consult({ v: 2, state: "answered" })));
  expect(store.rows("consults").size).toBe(0);
});

it("shows the newer of what was listed and what was told, newest first", () => {
  const listed = [consult({ id: "b", v: 2 }), consult({ id: "a", v: 1 })];
  const told = [consult({ id: "a", v: 4, state: "answered" }), consult({ id: "b", v: 1 }), consult({ id: "c" })];
  expect(withNews(listed, told).map((one) => [one.id, one.v])).toEqual([["c", 1], ["b", 2], ["a", 4]]);
});

it("lists what sleeps by when it comes back", () => {
  const row = (id: string, until: string) =>
    ({ id, due_at: null, snoozed_until: until, opened_at: "2026-03-01T09:00:00Z" }) as ConversationRow;
  const rows = [row("a", "2026-03-09T09:00:00Z"), row("b", "2026-03-04T09:00:00Z"), row("c", "2026-03-05T09:00:00Z")];
  expect(rows.sort(comparer("due")).map((one) => one.id)).toEqual(["b", "c", "a"]);
});

it("offers no moment of the past to put off to, and reads the free one by the reader's clock", () => {
  for (const hour of [0, 8, 14, 15, 23]) {
    const now = new Date(2026, 2, 4, hour, 30);
    expect(snoozeChoices(now).every((choice) => choice.until > now)).toBe(true);
    expect(new Date(minuteOf(now)).getTime()).toBe(now.getTime());
  }
});
