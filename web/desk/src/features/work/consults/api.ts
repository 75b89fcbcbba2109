/** The requests of consults. */
import { queryOptions, type QueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Consult, ConsultMessage } from "@/api/types";
import { whole } from "@/api/whole";
import { t } from "@/i18n";
import type { LiveStore } from "@/live/store";
import { say } from "@ui/toast";
import { consultChanged } from "../live";
import type { OutboxItem } from "../model/outbox";
import { named, type Chosen } from "../naming";

/** What was said in a consult, the oldest first: a handful of lines. */
export function linesQuery(id: string) {
  return queryOptions({
    queryKey: ["live", "consult", id],
    queryFn: async ({ signal }) => (await whole<ConsultMessage>(`/consults/${id}/messages`, { signal })).reverse(),
    staleTime: 60_000,
  });
}

/** Puts a consult the server answered with into the store, as a frame would. */
export function adoptConsult(store: LiveStore, consult: Consult): void {
  store.apply(consultChanged(store, consult));
}

/** Hands in what is asked or said in a consult; what the server keeps is shown at once. */
export async function sendConsult(item: OutboxItem, { store, queries }: { store: LiveStore; queries: QueryClient }): Promise<void> {
  const { text, nonce, ask } = item;
  const attachment_ids = item.attachments.map((file) => file.id);
  if (ask) {
    const { subject, operator_id, queue_id } = ask;
    const body = { subject, operator_id, queue_id, text, nonce, attachment_ids };
    adoptConsult(store, await api.post<Consult>(`/conversations/${ask.conversation_id}/consults`, body));
    // Its words come along with the dialog; where the line is cut just now, the list tells it as well.
    void import("./words").then(() => say(t("consult.done", { name: ask.whom }))).catch(() => undefined);
    return;
  }
  const line = await api.post<ConsultMessage>(`/consults/${item.conversation_id}/messages`, { text, nonce, attachment_ids });
  queries.setQueryData(linesQuery(line.consult_id).queryKey, (lines) =>
    lines && !lines.some((one) => one.id === line.id) ? [...lines, line] : lines,
  );
}

export function consultFileUrl(consult: string, file: string): string {
  return `/api/v1/consults/${consult}/files/${file}`;
}

export async function askAnother(store: LiveStore, id: string, whom: Chosen): Promise<void> {
  adoptConsult(store, await api.post<Consult>(`/consults/${id}/ask-another`, named(whom)));
}

export async function giveBack(store: LiveStore, id: string): Promise<void> {
  adoptConsult(store, await api.post<Consult>(`/consults/${id}/give-back`));
}

export async function closeConsult(store: LiveStore, id: string): Promise<void> {
  adoptConsult(store, await api.post<Consult>(`/consults/${id}/close`));
}
