/** Notes that name this operator: asked for at first, and again whenever one more comes. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { api } from "@/api/client";
import type { Mention, Page } from "@/api/types";
import { useOwedConsults } from "@/consults";
import { useTable } from "@/live/react";
import { useLive } from "@/live/react";
import { may, useSession } from "@/session";
import { sound } from "@/sounds";

const key = ["live", "mentions"];

export function useMentions() {
  const session = useSession();
  const queries = useQueryClient();
  const { store } = useLive();
  useEffect(() => store.onTable("mentions", () => void queries.invalidateQueries({ queryKey: key })), [store, queries]);
  return useQuery({
    queryKey: key,
    queryFn: () => api.get<Page<Mention>>("/mentions", { query: { limit: 50 } }),
    enabled: session.operator_id !== null && may(session, "conversations.read"),
    staleTime: 60_000,
  });
}

/** Marks a mention as seen; the count on the bell goes down at once. */
export function useSee(): (id: string) => void {
  const queries = useQueryClient();
  return (id) => {
    const at = new Date().toISOString();
    queries.setQueryData<Page<Mention>>(
      key,
      (page) => page && { ...page, items: page.items.map((one) => (one.id === id ? { ...one, seen_at: at } : one)) },
    );
    api.post(`/mentions/${id}/seen`).catch(() => queries.invalidateQueries({ queryKey: key }));
  };
}

/** Lets a note that names one be heard as it comes. */
export function useMentionSound(): void {
  const { store } = useLive();
  useEffect(() => store.onTable("mentions", () => sound("mention")), [store]);
}

/** What waits behind the bell: notes not yet seen, consults in which one has something to do, promises not kept. */
export function useBell(): { count: number; more: boolean } {
  const mentions = useMentions();
  const overdue = useTable("overdue").size;
  const consults = useOwedConsults().length;
  const unseen = (mentions.data?.items ?? []).filter((one) => one.seen_at === null).length;
  const more = Boolean(mentions.data?.next_cursor) && unseen === mentions.data?.items.length;
  return { count: unseen + consults + overdue, more };
}
