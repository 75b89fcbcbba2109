/** Loading a thread: nothing is missing in it, whatever was said while it was loaded. */
import { afterEach, expect, it, vi } from "vitest";
import type { Message } from "@/api/types";
import { loadThread } from "@/features/work/api";
import { mergeMessages, messageAdded } from "@/features/work/live";
import { LiveStore } from "@/live/store";

const message = (seq: number) => ({ id: `m${seq}`, conversation_id: "k", seq }) as Message;

function server(spoken: number[], during: (asked: number) => void = () => undefined) {
  const asked: (string | null)[] = [];
  vi.stubGlobal("fetch", async (url: string | URL | Request) => {
    const query = new URL(String(url instanceof Request ? url.url : url), "http://desk.example").searchParams;
    const after = query.get("after_seq");
    const items = spoken.filter((seq) => after === null || seq > Number(after)).map(message);
    asked.push(after);
    during(asked.length);
    return new Response(JSON.stringify({ items, has_more: false }), {
      headers: { "content-type": "application/json" },
    });
  });
  return asked;
}

const seqs = (store: LiveStore) => store.get("threads", "k")?.items.map((item) => item.seq);

afterEach(() => void vi.unstubAllGlobals());

it("fetches from before a hole, not from after it", async () => {
  const store = new LiveStore();
  store.set("threads", "k", { items: [4, 5, 7].map(message), hasEarlier: true, stale: true });
  const asked = server([1, 2, 3, 4, 5, 6, 7, 8]);
  await loadThread(store, "k");
  expect(asked).toEqual(["5"]);
  expect(seqs(store)).toEqual([4, 5, 6, 7, 8]);
  expect(store.get("threads", "k")?.stale).toBe(false);
});

it("looks once more when the server began to send while the thread was read", async () => {
  const store = new LiveStore();
  const spoken = [1, 2];
  const asked = server(spoken, (times) => {
    if (times > 1) return;
    spoken.push(3);
    store.set("followed", "conversation:k", true);
  });
  await loadThread(store, "k");
  expect(asked).toEqual([null, "2"]);
  expect(seqs(store)).toEqual([1, 2, 3]);
});

it("keeps the threads opened last and lets the others go", async () => {
  const store = new LiveStore();
  server([1, 2]);
  for (let n = 0; n < 40; n += 1) {
    await loadThread(store, `c${n}`);
    await loadThread(store, "k");
  }
  const kept = [...store.rows("threads").keys()];
  expect(kept).toHaveLength(30);
  expect(kept).toContain("k");
  expect(kept).toContain("c39");
  expect(kept).not.toContain("c0");
});

it("takes out what parted again, however it hears of it, and nothing else wherever the thread is moved", async () => {
  const line = { ...message(8), kind: "event", meta: { what: "parted", taken: [[5, 4], [2, 2]] } } as unknown as Message;
  const store = new LiveStore();
  const open = () => store.set("threads", "k", { items: [2, 3, 4, 5, 6, 7].map(message), hasEarlier: false, stale: false });
  open();
  store.apply(messageAdded(store, line));
  expect(seqs(store)).toEqual([2, 5, 7, 8]);
  store.apply(messageAdded(store, message(4)));
  expect(seqs(store)).toEqual([2, 5, 7, 8]);
  expect(mergeMessages([1, 4, 5, 6].map(message), [{ ...line, seq: 12 }]).map((item) => item.seq)).toEqual([1, 4, 5, 6, 12]);
});
