/** Ways back: for eight seconds each says what was done and takes it back when asked. */
import { api, ApiError } from "@/api/client";
import { explain } from "@/api/words";
import type { Attachment, ConversationRow, Message, RecalledMail } from "@/api/types";
import { t } from "@/i18n";
import type { LiveStore } from "@/live/store";
import { say } from "@ui/toast";
import { adoptRow } from "./api";

const BACK_MS = 15_000;
const comingBack = new Map<string, number>();

/** True for a conversation that its operator has just asked back: its offer needs no second yes. */
export function isComingBack(id: string): boolean {
  return (comingBack.get(id) ?? 0) > Date.now();
}

type Way = "reopen" | "wake" | "take-back" | "call-off";

/** Says what was done with a conversation, and offers to undo it. */
export function sayUndoable(text: string, { store, id, way }: { store: LiveStore; id: string; way: Way }): void {
  say(text, {
    label: t("undo"),
    run: () => {
      // Before the answer: the offer may be here first.
      comingBack.set(id, Date.now() + BACK_MS);
      api
        .post<ConversationRow>(`/conversations/${id}/${way}`)
        .then((row) => adoptRow(store, row))
        .catch((error: unknown) => {
          comingBack.delete(id);
          say(explain(error));
        });
    },
  });
}

const AGAIN_MS = 500;

/** A mail lies in its mailbox's outbox for a moment: offers to take it back from there. */
export function offerRecall(message: Message, restore: (files: Attachment[]) => void): void {
  const recall = async (tries: number): Promise<void> => {
    let files: Attachment[];
    try {
      ({ files } = await api.post<RecalledMail>(`/mail/messages/${message.id}/recall`));
    } catch (error) {
      // It reaches the outbox a moment after it was said.
      if (tries > 0 && error instanceof ApiError && error.status === 404) {
        await new Promise((done) => setTimeout(done, AGAIN_MS));
        return recall(tries - 1);
      }
      say(error instanceof ApiError && error.status === 409 ? t("undo.left") : explain(error));
      return;
    }
    restore(files);
  };
  say(t("undo.mail"), { label: t("undo"), run: () => void recall(4) });
}
