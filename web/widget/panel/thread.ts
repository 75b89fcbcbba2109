/** The conversation as this page knows it: a pure function of the frames that came in. */
import type { Frame, Message, Standing, Wait } from "./wire.ts";

export interface Thread {
  messages: readonly Message[];
  state: string;
  number: number;
  operator: string | null;
  wait: Wait | null;
  euOffer: boolean;
  v: number;
  typing: string | null;
}

export const empty: Thread = {
  messages: [],
  state: "open",
  number: 0,
  operator: null,
  wait: null,
  euOffer: false,
  v: -1,
  typing: null,
};

/** The last number that was seen: where to go on from. */
export function lastSeq(thread: Thread): number {
  return thread.messages.at(-1)?.seq ?? 0;
}

/** Put messages in their place; one that is there already is replaced, never doubled. */
export function withMessages(thread: Thread, came: readonly Message[]): Thread {
  if (!came.length) return thread;
  const known = new Map(thread.messages.map((message) => [message.id, message]));
  for (const message of came) known.set(message.id, message);
  const messages = [...known.values()].sort((a, b) => a.seq - b.seq);
  const spoke = came.some((message) => message.author.kind === "operator");
  return { ...thread, messages, typing: spoke ? null : thread.typing };
}

/** Take over how the conversation stands, unless something newer is known. */
export function withStanding(thread: Thread, now: Standing): Thread {
  const v = now.v ?? thread.v;
  if (v < thread.v) return thread;
  const queued = now.state === "waiting" || now.state === "open";
  return {
    ...thread,
    v,
    state: now.state,
    number: now.number,
    operator: now.operator_name,
    euOffer: now.eu_offer ?? false,
    wait: queued ? (now.wait ?? thread.wait) : null,
    typing: now.state === "active" ? thread.typing : null,
  };
}

/** Apply one frame of the stream. */
export function applied(thread: Thread, frame: Frame): Thread {
  switch (frame.k) {
    case "message.added":
    case "message.changed":
      return withMessages(thread, [frame.b as Message]);
    case "conversation.state":
      return withStanding(thread, frame.b as Standing);
    case "typing":
      return { ...thread, typing: (frame.b as { name: string }).name };
    case "wait":
      return { ...thread, wait: frame.b as Wait };
    default:
      return thread;
  }
}

/** Over for now: the customer left, or the service closed it. */
export function isOver(thread: Thread): boolean {
  return thread.state === "closed" || thread.state === "wrapup";
}
