/** The names that forms choose from: clients, queues, skills, teams, calendars. */
import { useQuery, type QueryClient } from "@tanstack/react-query";
import type { AdminClient, AdminQueue, Calendar, Skill, Team } from "@/api/types";
import { whole } from "@/api/whole";
import { may, useSession } from "@/session";

export interface Refs {
  clients: AdminClient[];
  queues: AdminQueue[];
  skills: Skill[];
  teams: Team[];
  calendars: Calendar[];
}

const none: never[] = [];

function useAll<T>(path: string, permission: string): T[] {
  const session = useSession();
  const { data } = useQuery({
    queryKey: ["admin", path, "all"],
    queryFn: ({ signal }) => whole<T>(path, { signal }),
    enabled: may(session, permission),
    staleTime: 30_000,
  });
  return data ?? none;
}

export function useRefs(): Refs {
  return {
    clients: useAll<AdminClient>("/clients", "tenancy.read_clients"),
    queues: useAll<AdminQueue>("/queues", "routing.read_queues"),
    skills: useAll<Skill>("/skills", "people.read_directory"),
    teams: useAll<Team>("/teams", "people.read_directory"),
    calendars: useAll<Calendar>("/calendars", "tenancy.read_calendars"),
  };
}

/** After a change: every list of administration anew, and the names that the desk itself shows. */
export async function refresh(queries: QueryClient): Promise<void> {
  await Promise.all([
    queries.invalidateQueries({ queryKey: ["admin"] }),
    queries.invalidateQueries({ queryKey: ["canned"] }),
    queries.invalidateQueries({ queryKey: ["reasons"] }),
    queries.invalidateQueries({ queryKey: ["session"] }),
  ]);
}

export const named = (list: readonly { id: string; name: string }[], id: string | null | undefined): string =>
  list.find((one) => one.id === id)?.name ?? "";

export const options = (list: readonly { id: string; name: string }[]) =>
  list.map(({ id, name }) => ({ value: id, label: name }));
