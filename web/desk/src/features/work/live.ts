/** How conversation, message, offer and draft frames change the live store. */
import type { ConsentStanding, Consult, ConversationRow, Draft, Frames, MentionNote, Message, Offer, Overdue } from "@/api/types";
import { handles } from "@/live/reducers";
import type { Change, Reader, Thread } from "@/live/store";

/** The newer of two versions of a row wins; a conversation that left stays away. */
export function conversationChanged(known: Reader, row: ConversationRow): Change[] {
  const old = known.get("conversations", row.id);
  const left = known.get("gone", row.id);
  if (old && old.v >= row.v) return [];
  if (left !== undefined && left >= row.v) return [];
  const changes: Change[] = [{ table: "conversations", key: row.id, row }];
  if (left !== undefined) changes.push({ table: "gone", key: row.id, row: undefined });
  const overdue = known.get("overdue", row.id);
  if (overdue && !stillOwed(row, overdue)) changes.push({ table: "overdue", key: row.id, row: undefined });
  return changes;
}

/** A promise is owed until its moment changes (it was met, or another began) or the talk ends. */
function stillOwed(row: ConversationRow, overdue: Overdue): boolean {
  if (row.state === "closed" || row.due_at === null || overdue.due_at === null) return false;
  return Date.parse(row.due_at) === Date.parse(overdue.due_at);
}

/** A promise was not kept; one that was met meanwhile, or is somebody else's, is not our affair. */
export function conversationOverdue(known: Reader, overdue: Overdue): Change[] {
  const row = known.get("conversations", overdue.id);
  if (!row || !stillOwed(row, overdue)) return [];
  return [{ table: "overdue", key: overdue.id, row: overdue }];
}

export function mentionAdded(_known: Reader, note: MentionNote): Change[] {
  return [{ table: "mentions", key: note.message_id, row: note }];
}

export function conversationRemoved(known: Reader, body: { id: string; v: number }): Change[] {
  const old = known.get("conversations", body.id);
  if (old && old.v > body.v) return [];
  return [
    { table: "conversations", key: body.id, row: undefined },
    { table: "overdue", key: body.id, row: undefined },
    { table: "gone", key: body.id, row: Math.max(body.v, known.get("gone", body.id) ?? 0) },
  ];
}

/** The newer of two versions of a consult wins; a closed one leaves and stays away. */
export function consultChanged(known: Reader, row: Consult): Change[] {
  const old = known.get("consults", row.id);
  const left = known.get("gone", row.id);
  if (old && old.v >= row.v) return [];
  if (left !== undefined && left >= row.v) return [];
  if (row.state !== "closed") return [{ table: "consults", key: row.id, row }];
  return [
    { table: "consults", key: row.id, row: undefined },
    { table: "gone", key: row.id, row: row.v },
  ];
}

/** For each address and purpose the later word, whichever way it came. */
export function laterWords(known: readonly ConsentStanding[], told: readonly ConsentStanding[]): ConsentStanding[] {
  return told.map((one) => {
    const old = known.find((line) => line.address === one.address && line.purpose === one.purpose);
    return old?.at && (!one.at || Date.parse(old.at) > Date.parse(one.at)) ? old : one;
  });
}

/** A customer said what they want to be sent, here or elsewhere. */
export function consentsChanged(known: Reader, body: Frames["consents.changed"]): Change[] {
  const old = known.get("consents", body.customer_id);
  const row = old ? { ...body, standing: laterWords(old.standing, body.standing) } : body;
  return [{ table: "consents", key: body.customer_id, row }];
}

/** Puts messages into a thread by sequence number, each once, the later copy winning. */
export function mergeMessages(items: readonly Message[], added: readonly Message[]): Message[] {
  const bySeq = new Map(items.map((item) => [item.seq, item]));
  for (const item of added) bySeq.set(item.seq, item);
  return withoutParted([...bySeq.values()].sort((a, b) => a.seq - b.seq));
}

/** Leaves out what a line says was taken out of the thread again; it counts back from its own number. */
function withoutParted(items: readonly Message[]): Message[] {
  const gone = items.flatMap(({ seq, meta }) =>
    meta?.what === "parted" && Array.isArray(meta.taken)
      ? (meta.taken as [number, number][]).map(([first, last]) => [seq - first, seq - last] as const)
      : [],
  );
  return items.filter(({ seq }) => !gone.some(([first, last]) => first <= seq && seq <= last));
}

/** The number of the last message before the first hole; undefined for none. */
export function lastUnbroken(items: readonly Message[]): number | undefined {
  const hole = items.findIndex((item, at) => at > 0 && item.seq !== (items[at - 1]?.seq ?? 0) + 1);
  return (hole < 0 ? items.at(-1) : items[hole - 1])?.seq;
}

export function messageAdded(known: Reader, message: Message): Change[] {
  const thread = known.get("threads", message.conversation_id);
  if (!thread) return [];
  const last = thread.items.at(-1);
  const first = thread.items[0];
  if (first && message.seq < first.seq) return [];
  if (thread.items.some((item) => item.id === message.id)) return [];
  const hole = last !== undefined && message.seq > last.seq + 1;
  const next: Thread = {
    ...thread,
    items: mergeMessages(thread.items, [message]),
    stale: thread.stale || hole,
  };
  return [{ table: "threads", key: message.conversation_id, row: next }];
}

export function messageChanged(known: Reader, message: Message): Change[] {
  const thread = known.get("threads", message.conversation_id);
  const at = thread?.items.findIndex((item) => item.id === message.id) ?? -1;
  if (!thread || at < 0) return [];
  const items = thread.items.with(at, message);
  return [{ table: "threads", key: message.conversation_id, row: { ...thread, items } }];
}

export function offerMade(_known: Reader, offer: Offer): Change[] {
  return [{ table: "offers", key: offer.work_item_id, row: offer }];
}

export function offerWithdrawn(_known: Reader, body: { work_item_id: string }): Change[] {
  return [{ table: "offers", key: body.work_item_id, row: undefined }];
}

export function draftKey(conversation: string, kind: string): string {
  return `${conversation}/${kind}`;
}

export function draftChanged(known: Reader, draft: Draft): Change[] {
  const key = draftKey(draft.conversation_id ?? "", draft.kind);
  const old = known.get("drafts", key);
  if (old && old.rev >= draft.rev) return [];
  return [{ table: "drafts", key, row: draft }];
}

function activity<Kind extends "typing" | "viewing">(what: Kind) {
  return (_known: Reader, body: Frames[Kind], now: number): Change[] => {
    const who = body.operator_id ?? body.customer_id ?? body.who ?? "customer";
    const row =
      body.on === false
        ? undefined
        : { conversation_id: body.conversation_id, who, name: body.name ?? "", what, at: now };
    return [{ table: "activity", key: `${body.conversation_id}/${what}/${who}`, row }];
  };
}

handles("consents.changed", consentsChanged);
handles("consult.changed", consultChanged);
handles("conversation.changed", conversationChanged);
handles("conversation.removed", conversationRemoved);
handles("conversation.overdue", conversationOverdue);
handles("mention.added", mentionAdded);
handles("message.added", messageAdded);
handles("message.changed", messageChanged);
handles("offer.made", offerMade);
handles("offer.withdrawn", offerWithdrawn);
handles("draft.changed", draftChanged);
handles("typing", activity("typing"));
handles("viewing", activity("viewing"));
