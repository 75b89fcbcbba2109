/** Lists that rarely change: queues, canned replies, reasons, tags, colleagues. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import { whole } from "@/api/whole";
import { may, useSession } from "@/session";
import { fold } from "@ui/picker";
import type { Canned, OperatorRef, Page, Queue, QueueRef, Reason, Tag, Workplace } from "@/api/types";

const slow = { staleTime: 10 * 60_000 };

export const cannedQuery = queryOptions({
  queryKey: ["canned"],
  queryFn: () => whole<Canned>("/canned"),
  ...slow,
});
export const queuesQuery = queryOptions({
  queryKey: ["queues-whole"],
  queryFn: () => whole<Queue>("/queues"),
});
export const reasonsQuery = queryOptions({
  queryKey: ["reasons"],
  queryFn: () => whole<Reason>("/reasons"),
  ...slow,
});
export const tagsQuery = queryOptions({
  queryKey: ["tags"],
  queryFn: () => whole<Tag>("/tags"),
  ...slow,
});
const none: never[] = [];

/** The queues of this desk: they come with the snapshot. */
export function useQueues(): QueueRef[] {
  return (
    useQuery<QueueRef[]>({ queryKey: ["queues-mine"], queryFn: () => none, staleTime: Infinity }).data ?? none
  );
}

/** All queues in sight, with their rules. */
export function useAllQueues() {
  return useQuery(queuesQuery);
}

export function useQueueName(id: string | null | undefined): string | undefined {
  return useQueues().find((queue) => queue.id === id)?.name;
}

export function useCanned(): Canned[] {
  const enabled = may(useSession(), "conversations.read_canned");
  return useQuery({ ...cannedQuery, enabled }).data ?? none;
}

export function useReasons(): Reason[] {
  return useQuery(reasonsQuery).data ?? none;
}

export function useTags(): Tag[] {
  return useQuery(tagsQuery).data ?? none;
}

/** Where this operator works from as it is on record: it comes with the snapshot. */
export function useWorkplace(): Workplace | null {
  return useQuery<Workplace | null>({ queryKey: ["workplace"], queryFn: () => null, staleTime: Infinity }).data ?? null;
}

const SHOWN = 20;

/** Colleagues who serve a client and whose name has these words in it, found by the server. */
export function useColleagues(words: string, clientId: string, enabled = true): OperatorRef[] {
  const session = useSession();
  const q = words.trim();
  const { data } = useQuery({
    queryKey: ["colleagues", clientId, q],
    queryFn: ({ signal }) =>
      api.get<Page<OperatorRef>>("/operators", { query: { q, client_id: clientId, limit: SHOWN }, signal }),
    enabled,
    staleTime: 60_000,
    placeholderData: (before) => before,
  });
  // The server looks anywhere in a name; who is called so comes before who has it inside.
  const inside = (one: OperatorRef) => Number(!` ${fold(one.display_name)}`.includes(` ${fold(q)}`));
  return (data?.items ?? none)
    .filter((one) => one.id !== session.operator_id)
    .sort((a, b) => inside(a) - inside(b));
}
