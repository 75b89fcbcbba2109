import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { DeskSnapshot, Offer } from "@/api/types";
import { Nothing } from "@/features/work/list";
import { speak } from "@/i18n";
import { adoptSnapshot } from "@/live/adopt";
import { LiveEngine, type SocketLike } from "@/live/engine";
import { LiveContext } from "@/live/react";
import { LiveStore } from "@/live/store";

const offer = { work_item_id: "w", expires_at: "2126-03-03T09:00:00Z" } as Offer;
const snapshot = (offers: Offer[]) =>
  ({
    cursor: "s", now: new Date().toISOString(), workplace: null, presence: null, offers, conversations: [], consults: [], queues: [],
  }) as unknown as DeskSnapshot;

/** An empty list over a desk whose snapshots come when, and as, the test says. */
function desk() {
  const asked: { resolve: (one: DeskSnapshot) => void; reject: (why: Error) => void }[] = [];
  const store = new LiveStore();
  const engine = new LiveEngine({
    store,
    snapshot: () => new Promise((resolve, reject) => asked.push({ resolve, reject })),
    adopt: adoptSnapshot,
    socket: () => ({ send: vi.fn(), close: vi.fn() }) as unknown as SocketLike,
  });
  engine.start();
  render(
    <LiveContext value={{ store, engine }}>
      <Nothing title="Tutto fatto." />
    </LiveContext>,
  );
  return { asked, stop: () => engine.stop() };
}

describe("a list without rows", () => {
  beforeEach(() => speak("it"));
  afterEach(cleanup);

  it("says that all is done only once the desk is loaded", async () => {
    const { asked, stop } = desk();
    expect(screen.queryByText("Tutto fatto.")).toBeNull();
    expect(screen.getByRole("status", { name: "Caricamento" })).toBeTruthy();
    asked[0]!.resolve(snapshot([]));
    expect(await screen.findByText("Tutto fatto.")).toBeTruthy();
    stop();
  });

  it("says that it does not know when the server fails, and asks again at a press", async () => {
    const { asked, stop } = desk();
    asked[0]!.reject(new Error("500"));
    const again = await screen.findByRole("button", { name: "Prova adesso" });
    expect(screen.queryByText("Tutto fatto.")).toBeNull();
    const before = asked.length;
    fireEvent.click(again);
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(before));
    asked.at(-1)!.resolve(snapshot([]));
    expect(await screen.findByText("Tutto fatto.")).toBeTruthy();
    stop();
  });

  it("is not all done under an offer", async () => {
    const { asked, stop } = desk();
    asked[0]!.resolve(snapshot([offer]));
    await vi.waitFor(() => expect(screen.queryByRole("status")).toBeNull());
    expect(screen.queryByText("Tutto fatto.")).toBeNull();
    stop();
  });
});
