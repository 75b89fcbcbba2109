/** What is asked of the server with a reply, what its refusal tells, and what stops one before it is sent. */
import { afterEach, expect, it, vi } from "vitest";
import type { ConversationRow, Message } from "@/api/types";
import { meanwhile, sendItem } from "@/features/work/api";
import { unfilled } from "@/features/work/model/canned";
import type { OutboxItem } from "@/features/work/model/outbox";
import { Outbox } from "@/features/work/model/outbox";
import { heightFor } from "@/features/work/resting";
import { LiveStore } from "@/live/store";

afterEach(() => void vi.unstubAllGlobals());

const item = (more: Partial<OutboxItem> = {}): OutboxItem => ({
  nonce: "n", conversation_id: "c", kind: "reply", text: "Salve", attachments: [], mentions: [], seen_seq: 3,
  at: new Date().toISOString(), attempts: 0, state: "queued", leaves_at: null, code: null, ...more,
});
const came = { author: { name: "Carla" }, text: "Aspetti!", attachments: [] } as unknown as Message;
const refused = { status: 409, code: "conversations.thread_changed", fields: { last_seq: 5, messages: [came] } };

function on(channel: string) {
  const store = new LiveStore();
  store.set("conversations", "c", { id: "c", channel } as ConversationRow);
  return store;
}

function answering(status: number, body: unknown) {
  const bodies: Record<string, unknown>[] = [];
  vi.stubGlobal("fetch", (_url: string, { body: sent }: RequestInit) => {
    bodies.push(JSON.parse(String(sent)) as Record<string, unknown>);
    return Promise.resolve(new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } }));
  });
  return bodies;
}

it("asks for a mail always, and elsewhere only for what has waited, that nothing was said meanwhile", async () => {
  const bodies = answering(200, { leaves_in_s: 3, message: null });
  await sendItem(on("email"), item());
  await sendItem(on("webchat"), item());
  await sendItem(on("webchat"), item({ at: new Date(Date.now() - 60_000).toISOString() }));
  expect(bodies.map((body) => body.expected_seq)).toEqual([3, undefined, 3]);
});

it("keeps what came meanwhile with the refused reply, and asks from there when it is sent again", async () => {
  const bodies = answering(409, refused);
  const store = on("email");
  const box = new Outbox({
    storage: { load: () => [], put: () => undefined, drop: () => undefined },
    send: async (one) => void (await sendItem(store, one)),
    refusal: () => "conversations.thread_changed",
    meanwhile,
  });
  const { nonce } = box.add(item());
  await vi.waitFor(() => expect(box.items()[0]?.state).toBe("failed"));
  expect(box.items()[0]).toMatchObject({ seen_seq: 5, came: [{ name: "Carla", text: "Aspetti!" }] });
  box.retry(nonce);
  await vi.waitFor(() => expect(bodies.map((body) => body.expected_seq)).toEqual([3, 5]));
});

it("sends the files of a note with it", async () => {
  const bodies = answering(201, { ...came, id: "m", conversation_id: "c", seq: 4 });
  await sendItem(on("webchat"), item({ kind: "note", attachments: [{ id: "f", name: "a.txt", size: 1, type: "text/plain" }] }));
  expect(bodies[0]).toMatchObject({ text: "Salve", attachment_ids: ["f"] });
});

it("names each variable that nobody has filled once", () => {
  expect(unfilled("Gentile {{customer.first_name}}, {{ x }} e {{customer.first_name}}")).toEqual(["{{customer.first_name}}", "{{ x }}"]);
  expect(unfilled("Gentile {Carla}")).toEqual([]);
});

it("props up a list only where its end would be pulled down", () => {
  expect(heightFor(0, 600, 300)).toBeUndefined();
  expect(heightFor(400, 600, 1000)).toBeUndefined();
  expect(heightFor(500, 700, 1000)).toBe(1200);
});
