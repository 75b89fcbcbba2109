/** The requests of the work room. */
import { queryOptions } from "@tanstack/react-query";
import { api, ApiError } from "@/api/client";
import type {
  Attachment,
  ConversationDetail,
  ConversationRow,
  GoingOut,
  Message,
  MessagePage,
  Offer,
  Page,
} from "@/api/types";
import type { LiveStore } from "@/live/store";
import { conversationChanged, lastUnbroken, mergeMessages, messageAdded } from "./live";
import type { Came, OutboxItem } from "./model/outbox";

export const PAGE = 50;

export function detailQuery(id: string) {
  return queryOptions({
    queryKey: ["live", "conversation", id],
    queryFn: ({ signal }) => api.get<ConversationDetail>(`/conversations/${id}`, { signal }),
    staleTime: 60_000,
    retry: (count, error) => count < 2 && error instanceof ApiError && error.transient,
  });
}

export function timelineQuery(customerId: string) {
  return queryOptions({
    queryKey: ["timeline", customerId],
    queryFn: async () => {
      const page = await api.get<Page<ConversationRow>>(`/customers/${customerId}/timeline`);
      return page.items;
    },
    staleTime: 60_000,
  });
}

/** Puts a row the server answered with into the store, as a frame would. */
export function adoptRow(store: LiveStore, row: ConversationRow | undefined): void {
  if (row?.id) store.apply(conversationChanged(store, row));
}

/** Threads that stay loaded: those opened last. All that a long shift opens would fill the page's memory. */
const KEPT = 30;
const lately = new WeakMap<LiveStore, Set<string>>();

function keepThread(store: LiveStore, id: string): void {
  const ids = lately.get(store) ?? new Set<string>();
  lately.set(store, ids);
  ids.delete(id);
  ids.add(id);
  for (const old of [...ids].slice(0, -KEPT)) {
    ids.delete(old);
    store.set("threads", old, undefined);
  }
}

/** Loads the last page of a thread, or what came after the last message that nothing is missing before. */
export async function loadThread(store: LiveStore, id: string): Promise<void> {
  const known = store.get("threads", id);
  const last = lastUnbroken(known?.items ?? []);
  const followed = store.get("followed", `conversation:${id}`);
  const page = await api.get<MessagePage>(`/conversations/${id}/messages`, {
    query: last === undefined ? { limit: PAGE } : { after_seq: last, limit: 200 },
  });
  const now = store.get("threads", id);
  const farBehind = last !== undefined && page.has_more;
  if (farBehind) {
    store.set("threads", id, undefined);
    return loadThread(store, id);
  }
  store.set("threads", id, {
    items: mergeMessages(now?.items ?? [], page.items),
    hasEarlier: now ? now.hasEarlier : page.has_more,
    stale: false,
  });
  keepThread(store, id);
  // The server began to send while this was read: something may have been said in between.
  if (!followed && store.get("followed", `conversation:${id}`)) return loadThread(store, id);
}

export async function loadEarlier(store: LiveStore, id: string): Promise<void> {
  const first = store.get("threads", id)?.items[0]?.seq;
  if (first === undefined) return;
  const page = await api.get<MessagePage>(`/conversations/${id}/messages`, {
    query: { before_seq: first, limit: PAGE },
  });
  const now = store.get("threads", id);
  if (!now) return;
  store.set("threads", id, {
    ...now,
    items: mergeMessages(page.items, now.items),
    hasEarlier: page.has_more,
  });
}

const OLD_MS = 15_000;

/**
 * Hands in one outbox item; an old one, and a mail, only if nothing was said in the meantime. Returns in
 * how many milliseconds a reply leaves that the server holds, else what is said already.
 */
export async function sendItem(store: LiveStore, item: OutboxItem): Promise<number | Message> {
  const base = `/conversations/${item.conversation_id}`;
  // Who mails has read for minutes: what came last may have been written while they wrote.
  const asks = isMail(store, item.conversation_id) || Date.now() - Date.parse(item.at) > OLD_MS;
  const { text, nonce, mentions } = item;
  const attachment_ids = item.attachments.map((file) => file.id);
  let message: Message;
  if (item.kind === "note") {
    message = await api.post<Message>(`${base}/notes`, { text, nonce, attachment_ids, mentions });
  } else {
    const kept = await api.post<GoingOut>(`${base}/going-out`, {
      text,
      nonce,
      attachment_ids,
      ...(item.envelope ? { envelope: item.envelope } : {}),
      ...(asks && item.seen_seq !== null ? { expected_seq: item.seen_seq } : {}),
    });
    if (!kept.message) return Math.max(1, kept.leaves_in_s * 1000);
    message = kept.message;
  }
  store.apply(messageAdded(store, message));
  return message;
}

/** Asks a held reply back; false when it has left. */
export async function takeBack(item: OutboxItem): Promise<boolean> {
  try {
    await api.delete(`/conversations/${item.conversation_id}/going-out/${encodeURIComponent(item.nonce)}`);
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.code === "conversations.left_already") return false;
    throw error;
  }
}

export function isMail(store: LiveStore, id: string): boolean {
  return store.get("conversations", id)?.channel === "email";
}

/** What others wrote before a reply could leave, as its refusal tells. */
export function meanwhile(error: unknown): Partial<Pick<OutboxItem, "seen_seq" | "came">> {
  if (!(error instanceof ApiError) || error.code !== "conversations.thread_changed") return {};
  const { last_seq, messages } = error.problem.fields as { last_seq: number; messages: Message[] };
  return { seen_seq: last_seq, came: messages.map(wordsOf) };
}

function wordsOf({ author, text, attachments }: Message): Came {
  return { name: author.name ?? "", text: text || attachments.map((file) => file.name).join(", ") };
}

export function refusal(error: unknown): string | null {
  if (!(error instanceof ApiError)) return "desk";
  if (error.transient || error.status === 401) return null;
  return error.code;
}

export async function acceptOffer(store: LiveStore, offer: Offer): Promise<void> {
  const row = await api.post<ConversationRow>(`/work/${offer.work_item_id}/accept`);
  store.batch(() => {
    store.set("offers", offer.work_item_id, undefined);
    // Of a colleague's question the conversation stays with them: it does not come onto this desk.
    if (!offer.card.consult_id) adoptRow(store, row);
  });
}

export async function declineOffer(store: LiveStore, offer: Offer, reason: string): Promise<void> {
  await api.post(`/work/${offer.work_item_id}/decline`, { reason });
  store.set("offers", offer.work_item_id, undefined);
}

export function upload(id: string, file: File): Promise<Attachment> {
  const form = new FormData();
  form.append("file", file, file.name);
  return api.post<Attachment>(`/conversations/${id}/attachments`, form, { timeoutMs: 120_000 });
}

export function attachmentUrl(conversation: string, attachment: string): string {
  return `/api/v1/conversations/${conversation}/attachments/${attachment}`;
}
