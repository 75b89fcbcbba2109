import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { createContext, use, useEffect, useMemo, useSyncExternalStore, type ReactNode } from "react";
import { api, ApiError } from "@/api/client";
import type { Draft } from "@/api/types";
import { useLive } from "@/live/react";
import { useSession } from "@/session";
import { t } from "@/i18n";
import { say } from "@ui/toast";
import { isMail, meanwhile, refusal, sendItem, takeBack } from "./api";
import { sendConsult } from "./consults/api";
import { linesOf } from "./mail/model";
import { DraftBook, Newer, Over, type DraftKind, type Words } from "./model/drafts";
import { localOutbox, Outbox, type OutboxItem } from "./model/outbox";
import { offerRecall } from "./undo";

export interface Desk {
  outbox: Outbox;
  drafts: DraftBook;
}

export const DeskContext = createContext<Desk | null>(null);

interface StoredDraft {
  rev?: number;
}

function makeDesk(account: string, store: ReturnType<typeof useLive>["store"], queries: QueryClient): Desk {
  const outbox = new Outbox({
    storage: localOutbox(account),
    send: async (item) => {
      if (item.kind === "consult") return sendConsult(item, { store, queries });
      const sent = await sendItem(store, item);
      if (typeof sent === "number") return sent;
      if (item.kind === "reply" && isMail(store, item.conversation_id)) {
        offerRecall(sent, (attachments) => writeAgain(drafts, { ...item, attachments }));
      }
      return undefined;
    },
    takeBack,
    restore: (item) => writeAgain(drafts, item),
    tooLate: () => say(t("undo.left")),
    refusal,
    meanwhile,
  });
  const drafts = new DraftBook({
    storage: globalThis.localStorage ?? null,
    prefix: `ascolto.draft.${account}.`,
    put: async (id, kind, { text, envelope, about, attachments, other, closing }, rev) => {
      const stored = await api
        .put<StoredDraft | undefined>(
          `/conversations/${id}/draft`,
          { text, kind, rev, lines: envelope, about, file_ids: attachments.map((file) => file.id), other, closing },
          { keepalive: text.length < 20_000 },
        )
        .catch((error: unknown) => {
          throw newer(error) ?? (kind === "wrapup" && isOver(error) ? new Over() : error);
        });
      return stored?.rev ?? rev + 1;
    },
  });
  return { outbox, drafts };
}

function wordsOf({ text, lines, about, files, other, closing }: Draft): Words {
  return { text, envelope: lines ?? null, about: about ?? null, attachments: files, other: other ?? null, closing: closing ?? null };
}

/** What the server has instead, when a draft was written over an older version. */
function newer(error: unknown): Newer | null {
  if (!(error instanceof ApiError) || error.code !== "conversations.draft_changed") return null;
  const draft = error.problem.fields?.draft as Draft | null | undefined;
  return draft ? new Newer(wordsOf(draft), draft.rev) : null;
}

function isOver(error: unknown): boolean {
  return error instanceof ApiError && error.code === "conversations.not_now";
}

/** Takes a draft as the server has it. */
export function adoptDraft(drafts: DraftBook, draft: Draft): void {
  drafts.adopt(draft.conversation_id, draft.kind, wordsOf(draft), draft.rev);
}

/** Puts the words of a reply back into its field, before what was begun meanwhile. */
export function writeAgain(drafts: DraftBook, item: OutboxItem): void {
  const id = item.conversation_id;
  const kind = item.kind === "note" ? "note" : "reply";
  const slot = drafts.slot(id, kind);
  drafts.type(id, kind, [item.text, slot.text].filter(Boolean).join("\n\n"));
  if (item.attachments.length > 0) drafts.attach(id, kind, [...item.attachments, ...slot.attachments]);
  if (item.envelope) drafts.address(id, kind, linesOf(item.envelope));
  document.getElementById("composer")?.focus();
}

/** Holds what was written and not yet stored: replies on their way, and drafts. */
export function OutboxProvider({ children }: { children: ReactNode }) {
  const { store, engine } = useLive();
  const queries = useQueryClient();
  const { account } = useSession();
  const desk = useMemo(() => makeDesk(account.id, store, queries), [account.id, store, queries]);
  useEffect(() => {
    const wake = () => {
      if (engine.link().state !== "live") return;
      desk.outbox.wake();
      desk.drafts.flush();
    };
    const leave = () => {
      if (document.visibilityState === "hidden") desk.drafts.flush();
    };
    const offLink = engine.onLink(wake);
    document.addEventListener("visibilitychange", leave);
    window.addEventListener("pagehide", leave);
    desk.outbox.pump();
    return () => {
      offLink();
      document.removeEventListener("visibilitychange", leave);
      window.removeEventListener("pagehide", leave);
    };
  }, [desk, engine]);
  useEffect(
    () =>
      store.onTable("drafts", (keys) => {
        for (const key of keys) {
          const draft = store.get("drafts", key);
          if (draft?.conversation_id) adoptDraft(desk.drafts, draft);
        }
      }),
    [desk, store],
  );
  return <DeskContext value={desk}>{children}</DeskContext>;
}

export function useDesk(): Desk {
  const desk = use(DeskContext);
  if (!desk) throw new Error("outside of the outbox");
  return desk;
}

export function useOutbox(): readonly OutboxItem[] {
  const { outbox } = useDesk();
  return useSyncExternalStore(outbox.subscribe, outbox.items);
}

/** What was asked or said in consults and was refused: it waits for who wrote it. */
export function useFailedConsults(): readonly OutboxItem[] {
  return useOutbox().filter((item) => item.kind === "consult" && item.state === "failed");
}

/** Whether something written in a conversation was refused, and waits for who wrote it. */
export function useUnsent(conversation: string): boolean {
  const { outbox } = useDesk();
  return useSyncExternalStore(outbox.subscribe, () =>
    outbox.items().some((item) => item.conversation_id === conversation && item.state === "failed"),
  );
}

export function useSlot(conversation: string, kind: DraftKind) {
  const { drafts } = useDesk();
  const slot = useSyncExternalStore(drafts.subscribe, () => drafts.slot(conversation, kind));
  const status = useSyncExternalStore(drafts.subscribe, () => drafts.status(conversation, kind));
  return { slot, status };
}
