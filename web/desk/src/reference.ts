/** Lists that rarely change: queues, canned replies, reasons, tags, colleagues. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Canned, OperatorRef, Page, QueueRef, Reason, Tag } from "@/api/types";

/** A list, whether it comes bare or as a page. */
async function listed<T>(path: string, query?: Record<string, string | number>): Promise<T[]> {
  const body = await api.get<T[] | Page<T>>(path, { query: { ...query } });
  return Array.isArray(body) ? body : body.items;
}

const slow = { staleTime: 10 * 60_000 };

export const cannedQuery = queryOptions({
  queryKey: ["canned"],
  queryFn: () => listed<Canned>("/canned"),
  ...slow,
});
export const reasonsQuery = queryOptions({
  queryKey: ["reasons"],
  queryFn: () => listed<Reason>("/reasons"),
  ...slow,
});
export const tagsQuery = queryOptions({
  queryKey: ["tags"],
  queryFn: () => listed<Tag>("/tags"),
  ...slow,
});
export const operatorsQuery = queryOptions({
  queryKey: ["operators"],
  queryFn: () => listed<OperatorRef>("/operators"),
  ...slow,
});

const none: never[] = [];

/** The queues of this desk: they come with the snapshot. */
export function useQueues(): QueueRef[] {
  return (
    useQuery<QueueRef[]>({ queryKey: ["queues-mine"], queryFn: () => none, staleTime: Infinity }).data ?? none
  );
}

export function useQueueName(id: string | null | undefined): string | undefined {
  return useQueues().find((queue) => queue.id === id)?.name;
}

export function useCanned(): Canned[] {
  return useQuery(cannedQuery).data ?? none;
}

export function useReasons(): Reason[] {
  return useQuery(reasonsQuery).data ?? none;
}

export function useTags(): Tag[] {
  return useQuery(tagsQuery).data ?? none;
}

export function useOperators(enabled = true): OperatorRef[] {
  return useQuery({ ...operatorsQuery, enabled }).data ?? none;
}
