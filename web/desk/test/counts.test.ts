import { expect, it } from "vitest";
import type { ConversationRow } from "@/api/types";
import { MineCounts } from "@/features/work/model/counts";

const row = (state: string, operator_id: string | null = "me") => ({ state, operator_id }) as ConversationRow;

it("counts what is open and what is put aside on one's own desk, and nobody else's", () => {
  const counts = new MineCounts("me");
  counts.update("a", row("active"));
  counts.update("b", row("snoozed"));
  counts.update("c", row("wrapup"));
  counts.update("d", row("active", "another"));
  expect(counts.now()).toEqual({ open: 2, snoozed: 1 });
  counts.update("a", row("snoozed"));
  counts.update("b", row("closed"));
  counts.update("c", undefined);
  expect(counts.now()).toEqual({ open: 0, snoozed: 1 });
});

it("says something only when a number has changed", () => {
  const counts = new MineCounts("me");
  let told = 0;
  counts.subscribe(() => (told += 1));
  counts.update("a", row("active"));
  counts.tell();
  const shown = counts.now();
  counts.update("a", row("wrapup"));
  counts.tell();
  expect(told).toBe(1);
  expect(counts.now()).toBe(shown);
});
