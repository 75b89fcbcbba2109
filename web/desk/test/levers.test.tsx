import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import type { Intraday, Lever } from "@/api/types";
import { Levers } from "@/features/workforce/levers";
import "@/features/workforce/words";
import { speak } from "@/i18n";

const FROM = new Date(2026, 11, 1, 14, 0).toISOString();
const UNTIL = new Date(2026, 11, 1, 16, 0).toISOString();

function told(kind: string, reached: Partial<Lever["reached"]>): string {
  const lever = {
    id: "l",
    kind,
    from_at: FROM,
    until_at: UNTIL,
    reason: "Guasto",
    pulled_by: "Anna",
    undone_at: null,
    reached: { due: 0, asked: 0, done: 0, failed: [], ...reached },
  } as unknown as Lever;
  const day = { at: UNTIL, queue_id: "q", half_hours: [], levers: [lever] } as unknown as Intraday;
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Levers day={day} queues={[]} />
    </QueryClientProvider>,
  );
  return screen.getByRole("listitem").textContent ?? "";
}

describe("how far a lever reached", () => {
  afterEach(async () => {
    cleanup();
    await speak("it");
  });

  it("is told piece by piece", () => {
    const words = told("skill_move", { done: 1, due: 2, failed: ["workforce.lever_too_late"] });
    expect(words).toContain("(Anna) 1 in vigore · 2 iniziano alle 14:00 · non iniziata: il suo tempo era già finito");
  });

  it("is told of one as of one", () => {
    expect(told("skill_move", { due: 1 })).toContain("(Anna) 1 inizia alle 14:00");
    cleanup();
    expect(told("extra_hours", { done: 1, asked: 2 })).toContain("1 su 3 ha detto sì");
    cleanup();
    expect(told("extra_hours", { done: 2, asked: 1 })).toContain("2 su 3 hanno detto sì");
  });

  it("is told in the reader's language, with the reason once", async () => {
    await speak("en");
    const words = told("skill_move", { due: 1, failed: ["routing.already_done", "one.more", "another"] });
    expect(words).toContain(
      "(Anna) 1 begins at 14:00 · did not begin: the same was in force already · did not begin: it was not accepted",
    );
    expect(words.match(/it was not accepted/g)).toHaveLength(1);
  });
});
