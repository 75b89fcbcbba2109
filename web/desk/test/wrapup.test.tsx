import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { ConversationRow } from "@/api/types";
import type { OutboxItem } from "@/features/work/model/outbox";
import { WrapUp } from "@/features/work/wrapup";
import { speak } from "@/i18n";
import type { LiveEngine } from "@/live/engine";
import { LiveContext } from "@/live/react";
import { LiveStore } from "@/live/store";
import { Toasts, undoLatest } from "@ui/toast";

const row = { id: "k", number: 7, client_id: "c", last_seq: 3, state: "wrapup" } as unknown as ConversationRow;
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
    return url.endsWith("/close")
      ? promise
      : Promise.resolve(new Response(JSON.stringify({ items: [], next_cursor: null }), { headers: { "content-type": "application/json" } }));
  });
  const onReturn = vi.fn();
  const queries = new QueryClient();
  const around = (form: boolean) => (
    <QueryClientProvider client={queries}>
      <LiveContext value={{ store: new LiveStore(), engine: {} as LiveEngine }}>
        {form && <WrapUp row={row} onClosed={vi.fn()} onCancel={vi.fn()} onReturn={onReturn} unsent={[]} sent={async () => true} />}
        <Toasts close="Chiudi" />
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
function talking(states: State[]) {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (input: RequestInfo | URL) => {
    const url = input instanceof Request ? input.url : String(input);
    if (!url.includes("/reasons")) asked.push(url.split("/").at(-1) ?? "");
    return Promise.resolve(new Response(JSON.stringify({ items: [], next_cursor: null }), { headers: { "content-type": "application/json" } }));
  });
  const store = new LiveStore();
  store.set("conversations", "k", { ...row, state: "active" });
  const onCancel = vi.fn();
  const queries = new QueryClient();
  const around = (now: State[]) => (
    <QueryClientProvider client={queries}>
      <LiveContext value={{ store, engine: {} as LiveEngine }}>
        <WrapUp
          row={row}
          onClosed={vi.fn()}
          onCancel={onCancel}
          onReturn={vi.fn()}
          unsent={now.map((state) => ({ state }))}
          sent={async () => !now.includes("failed")}
        />
      </LiveContext>
    </QueryClientProvider>
  );
  const { rerender } = render(around(states));
  return { asked, onCancel, become: (now: State[]) => rerender(around(now)) };
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
