import { expect, it } from "vitest";
import type { ConversationRow } from "@/api/types";
import { mergeTargets } from "@/features/work/merge";
import { conversationChanged, conversationOverdue, conversationRemoved, mentionAdded } from "@/features/work/live";
import { atWord, put, stillNamed } from "@/features/work/model/mentions";
import { closing } from "@/features/work/wrapup";
import { LiveStore } from "@/live/store";

const row = (more: Partial<ConversationRow> = {}): ConversationRow => ({
  id: "c", v: 1, number: 7, client_id: "k", channel: "webchat", state: "active", subject: null, preview: null,
  customer: { id: "u", name: "Carla", verified: false }, queue_id: "q", operator_id: "o", operator_name: "Anna",
  work_item_id: "w", language: "it", tags: [], unread: 0, last_message_at: null, last_from: null, last_seq: 3,
  opened_at: "2026-03-03T09:00:00Z", due_at: "2026-03-03T09:02:00Z", due_kind: "first_response", snoozed_until: null,
  waiting_since: null, outcome: null, merged_into: null, promise: null, ...more,
});
const late = { id: "c", number: 7, due_kind: "first_response", due_at: "2026-03-03T09:02:00+00:00" };

function holding(first = row()) {
  const store = new LiveStore();
  store.apply(conversationChanged(store, first));
  store.apply(conversationOverdue(store, late));
  return store;
}

it("keeps a missed promise until it is met, closed or somebody else's", () => {
  expect(holding().get("overdue", "c")).toEqual(late);
  for (const next of [{ due_at: null }, { due_at: "2026-03-03T09:30:00Z" }, { state: "closed" as const }]) {
    const store = holding();
    store.apply(conversationChanged(store, row({ v: 2, ...next })));
    expect(store.get("overdue", "c")).toBeUndefined();
  }
  const store = holding();
  store.apply(conversationRemoved(store, { id: "c", v: 2 }));
  expect(store.get("overdue", "c")).toBeUndefined();
});

it("hears of no promise that was met meanwhile, or of a conversation that is not here", () => {
  expect(holding(row({ due_at: null })).rows("overdue").size).toBe(0);
  expect(conversationOverdue(new LiveStore(), late)).toEqual([]);
});

it("counts a mention once however often its frame comes", () => {
  const store = new LiveStore();
  const note = { conversation_id: "c", number: 7, message_id: "m", by: "Bruno", at: "2026-03-03T09:00:00Z" };
  for (let n = 0; n < 2; n += 1) store.apply(mentionAdded(store, note));
  expect(store.rows("mentions").size).toBe(1);
});

it("finds the name begun behind an @, at the beginning or after a space, up to a second word", () => {
  expect(atWord("@Mar", 4)).toEqual({ from: 0, word: "Mar" });
  expect(atWord("Chiedi a @Marta Lu", 18)).toEqual({ from: 9, word: "Marta Lu" });
  expect(atWord("a@b.it", 6)).toBeNull();
  expect(atWord("@Marta Lucchesi ", 16)).toBeNull();
});

it("puts the whole name in, and tells only those who are still named", () => {
  const next = put("Chiedi a @Mar grazie", 9, 13, "Marta Lucchesi");
  expect(next).toEqual({ text: "Chiedi a @Marta Lucchesi grazie", caret: 25 });
  const named = [{ id: "1", name: "Marta Lucchesi" }, { id: "2", name: "Bruno Neri" }, { id: "1", name: "Marta Lucchesi" }];
  expect(stillNamed(next.text, named)).toEqual(["1"]);
});

it("sends a promise only with the outcome that makes one", () => {
  const answers = { outcome: "follow_up" as const, promise: " La richiamo ", until: new Date(2026, 2, 4, 10).toISOString(), reason1: null, reason2: null };
  expect(closing(answers, " ", 3).promise).toEqual({ text: "La richiamo", until: new Date(2026, 2, 4, 10).toISOString() });
  expect(closing({ ...answers, outcome: "resolved" }, "", 3).promise).toBeNull();
  expect(closing({ ...answers, promise: "", until: null }, "", 3).promise).toBeNull();
  expect(closing(answers, " ", 3)).toMatchObject({ reason1: null, note: null, expected_seq: 3 });
});

it("offers to merge only into what still goes on, of the same client and channel", () => {
  const all = [
    row(), row({ id: "open", state: "waiting" }), row({ id: "closed", state: "closed" }), row({ id: "asleep", state: "snoozed" }),
    row({ id: "mail", channel: "email" }), row({ id: "other", client_id: "x" }), row({ id: "gone", merged_into: "c" }),
  ];
  expect(mergeTargets(row(), all).map((one) => one.id)).toEqual(["open"]);
});
