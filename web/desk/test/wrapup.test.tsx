import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { ConversationRow } from "@/api/types";
import type { OutboxItem } from "@/features/work/model/outbox";
import { DraftBook, type Words } from "@/features/work/model/drafts";
import { DeskContext, type Desk } from "@/features/work/outbox-react";
import { WrapUp } from "@/features/work/wrapup";
import { speak } from "@/i18n";
import type { LiveEngine } from "@/live/engine";
import { LiveContext } from "@/live/react";
import { LiveStore } from "@/live/store";
import { Toasts, undoLatest } from "@ui/toast";

const row = { id: "k", number: 7, client_id: "c", last_seq: 3, state: "wrapup" } as unknown as ConversationRow;
const deskOf = (drafts: DraftBook) => ({ drafts, outbox: {} }) as unknown as Desk;
const json = (body: unknown) => new Response(JSON.stringify(body), { headers: { "content-type": "application/json" } });
const refusal = () =>
  new Response(JSON.stringify({ status: 409, code: "conversations.thread_changed", title: "x" }), {
    status: 409,
    headers: { "content-type": "application/problem+json" },
  });

/** A wrap-up whose close is under way and answered when the test says so. */
function closing() {
  let answer!: (response: Response) => void;
  const promise = new Promise<Response>((resolve) => (answer = resolve));
  vi.stubGlobal("fetch", (input: RequestInfo | URL) => {
    const url = input instanceof Request ? input.url : String(input);
    if (url.endsWith("/wrap-up")) return Promise.resolve(json(null));
    return url.endsWith("/close")
      ? promise
      : Promise.resolve(new Response(JSON.stringify({ items: [], next_cursor: null }), { headers: { "content-type": "application/json" } }));
  });
  const onReturn = vi.fn();
  const queries = new QueryClient();
  const around = (form: boolean) => (
    <QueryClientProvider client={queries}>
      <LiveContext value={{ store: new LiveStore(), engine: {} as LiveEngine }}>
        <DeskContext value={deskOf(new DraftBook({ storage: null, prefix: "d.", put: async (_id, _kind, _words, rev) => rev + 1 }))}>
        {form && <WrapUp row={row} onClosed={vi.fn()} onCancel={vi.fn()} onPanel={vi.fn()} onReturn={onReturn} unsent={[]} sent={async () => true} />}
        <Toasts close="Chiudi" />
        </DeskContext>
      </LiveContext>
    </QueryClientProvider>
  );
  const { rerender } = render(around(true));
  fireEvent.submit(screen.getByRole("form"));
  return { leave: () => rerender(around(false)), answer, onReturn };
}

describe("a wrap-up that fails", () => {
  afterEach(() => {
    cleanup();
    vi.unstubAllGlobals();
  });

  it("says so, with the way back, to who has left the conversation", async () => {
    await speak("it");
    const { leave, answer, onReturn } = closing();
    leave();
    answer(refusal());
    const back = await screen.findByRole("button", { name: "Torna alla conversazione" });
    expect(screen.getByText(/#7 non è conclusa/)).toBeTruthy();
    // It leads somewhere and takes nothing back: the key that undoes leaves it alone.
    expect(undoLatest()).toBe(false);
    fireEvent.click(back);
    expect(onReturn).toHaveBeenCalledOnce();
  });

  it("says so once, in its place, to who is still there", async () => {
    await speak("it");
    const { answer } = closing();
    answer(refusal());
    await waitFor(() => expect(screen.getByRole("alert").textContent).not.toBe(""));
    expect(screen.queryByRole("button", { name: "Torna alla conversazione" })).toBeNull();
  });
});

type State = OutboxItem["state"];

/** A wrap-up over what was written and has not left, and the requests it makes. */
function talking(states: State[], { clock = null, state = "active" }: { clock?: unknown; state?: ConversationRow["state"] } = {}) {
  const asked: string[] = [];
  const puts: [Words, number][] = [];
  const drafts = new DraftBook({
    storage: null,
    prefix: "d.",
    delay: 0,
    put: async (_id, _kind, words, rev) => {
      puts.push([words, rev]);
      return rev + 1;
    },
  });
  vi.stubGlobal("fetch", (input: RequestInfo | URL, init?: RequestInit) => {
    const url = input instanceof Request ? input.url : String(input);
    if (url.endsWith("/wrap-up") && (init?.method ?? "GET") === "GET") return Promise.resolve(json(clock));
    if (!url.includes("/reasons")) asked.push(url.split("/").at(-1) ?? "");
    return Promise.resolve(new Response(JSON.stringify({ items: [], next_cursor: null }), { headers: { "content-type": "application/json" } }));
  });
  const store = new LiveStore();
  store.set("conversations", "k", { ...row, state });
  const onCancel = vi.fn();
  const onPanel = vi.fn();
  const queries = new QueryClient();
  const around = (now: State[]) => (
    <QueryClientProvider client={queries}>
      <LiveContext value={{ store, engine: { serverNow: () => Date.parse("2026-03-04T09:01:30Z") } as LiveEngine }}>
        <DeskContext value={deskOf(drafts)}>
        <WrapUp
          row={state === "active" ? row : { ...row, state }}
          onClosed={vi.fn()}
          onCancel={onCancel}
          onPanel={onPanel}
          onReturn={vi.fn()}
          unsent={now.map((state) => ({ state }))}
          sent={async () => !now.includes("failed")}
        />
        </DeskContext>
      </LiveContext>
    </QueryClientProvider>
  );
  const { rerender } = render(around(states));
  return { asked, puts, drafts, onCancel, onPanel, become: (now: State[]) => rerender(around(now)) };
}

describe("a wrap-up opened while a reply is on its way", () => {
  afterEach(() => {
    cleanup();
    vi.unstubAllGlobals();
  });

  it("begins when the reply has left, and says what it waits for", async () => {
    await speak("it");
    const { asked, become } = talking(["queued"]);
    expect(screen.getByText(/non è ancora partita/)).toBeTruthy();
    become(["held"]);
    expect(asked).toEqual([]);
    become([]);
    await waitFor(() => expect(asked).toEqual(["wrap-up"]));
    expect(screen.queryByText(/non è ancora partita/)).toBeNull();
  });

  it("gives way to the field when the reply is taken back", async () => {
    await speak("it");
    const { onCancel, become } = talking(["held"]);
    expect(onCancel).not.toHaveBeenCalled();
    become(["returning"]);
    expect(onCancel).toHaveBeenCalledOnce();
  });

  it("closes nothing over a reply that was refused", async () => {
    await speak("it");
    const { asked, become } = talking(["failed"]);
    expect(screen.getByText(/non è partita: riprova/)).toBeTruthy();
    fireEvent.submit(screen.getByRole("form"));
    become([]);
    await waitFor(() => expect(asked).toEqual(["wrap-up"]));
    fireEvent.submit(screen.getByRole("form"));
    await waitFor(() => expect(asked).toEqual(["wrap-up", "close"]));
  });
});

describe("the keys of a wrap-up", () => {
  afterEach(() => {
    cleanup();
    vi.unstubAllGlobals();
  });

  it("close the contact with Enter on the outcome, where the focus stands", async () => {
    await speak("it");
    const { asked } = talking([]);
    const outcome = screen.getByRole("combobox", { name: "Esito" });
    expect(document.activeElement).toBe(outcome);
    expect(fireEvent.keyDown(outcome, { key: "Enter" })).toBe(false);
    await waitFor(() => expect(asked).toContain("close"));
  });

  it("go back to writing with Escape", async () => {
    await speak("it");
    const { asked, onCancel } = talking([]);
    fireEvent.keyDown(screen.getByRole("textbox"), { key: "Escape" });
    expect(onCancel).toHaveBeenCalledOnce();
    expect(asked).not.toContain("close");
  });
});

describe("what is written up", () => {
  afterEach(() => {
    cleanup();
    vi.unstubAllGlobals();
  });

  it("is a draft as any other, there again on another device, and forgotten once it is over", async () => {
    await speak("it");
    const { puts, drafts, asked } = talking([]);
    fireEvent.change(screen.getByRole("combobox", { name: "Esito" }), { target: { value: "follow_up" } });
    fireEvent.change(screen.getByLabelText("Cosa hai promesso"), { target: { value: "Rimborso" } });
    fireEvent.change(screen.getByLabelText("Riassunto"), { target: { value: "Pagata due volte" } });
    await waitFor(() => expect(puts.at(-1)?.[0].text).toBe("Pagata due volte"));
    expect(puts.at(-1)?.[0].closing).toMatchObject({ outcome: "follow_up", promise: "Rimborso", reason1: null });
    drafts.adopt("k", "wrapup", { ...puts.at(-1)![0], text: "Scritta altrove" }, 9);
    await waitFor(() => expect(screen.getByLabelText("Riassunto")).toHaveProperty("value", "Scritta altrove"));
    fireEvent.submit(screen.getByRole("form"));
    await waitFor(() => expect(asked).toContain("close"));
    await waitFor(() => expect(drafts.slot("k", "wrapup")).toMatchObject({ text: "", closing: null, dirty: false }));
  });

  it("says how long it has lasted, and what follows only once the expected time is over", async () => {
    await speak("it");
    const clock = { began_at: "2026-03-04T09:00:00Z", expected_s: 120, ends_at: "2026-03-04T09:15:00Z" };
    talking([], { clock, state: "wrapup" });
    expect(await screen.findByText("1:30 su 2:00 previsti")).toBeTruthy();
    expect(screen.queryByText(/si chiude da sé/)).toBeNull();
    cleanup();
    talking([], { clock: { ...clock, expected_s: 60 }, state: "wrapup" });
    expect(await screen.findByText(/si chiude da sé/)).toBeTruthy();
  });

  it("can be completed after time has closed it, and leads to a call and to the back office before", async () => {
    await speak("it");
    const { onPanel } = talking([], { state: "wrapup" });
    fireEvent.click(screen.getByRole("button", { name: "Richiamata…" }));
    fireEvent.click(screen.getByRole("button", { name: "Lavoro al back office…" }));
    expect(onPanel.mock.calls).toEqual([["call"], ["task"]]);
    cleanup();
    const { asked } = talking([], { state: "closed" });
    expect(screen.getByText(/puoi ancora completarla/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Richiamata…" })).toBeNull();
    fireEvent.submit(screen.getByRole("form"));
    await waitFor(() => expect(asked).toEqual(["close"]));
  });
});
