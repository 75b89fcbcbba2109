/** What the roster board asks the server for. */
import { useEffect } from "react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { AgreedPerson, BrokenRule, Contract, Page, PersonDay, Roster, RosterDay, RosterRun, Seats, StandIns } from "@/api/types";
import { whole } from "@/api/whole";

export const keys = {
  rosters: ["rosters", "list"] as const,
  runs: ["rosters", "runs"] as const,
  day: (roster: string | undefined, day: string | undefined) => ["rosters", "day", roster, day] as const,
  broken: (roster: string | undefined) => ["rosters", "broken", roster] as const,
  standIns: (roster: string) => ["rosters", "stand-ins", roster] as const,
  person: (roster: string, who: string | undefined, day: string) => ["rosters", "person", roster, who, day] as const,
  people: ["rosters", "people"] as const,
  contracts: ["rosters", "contracts"] as const,
  seats: ["rosters", "seats"] as const,
};

export function useRosters() {
  return useQuery({
    queryKey: keys.rosters,
    queryFn: () => api.get<Page<Roster>>("/workforce/rosters", { query: { limit: 50 } }),
  });
}

/** What was asked for, looked at again each second while one is being made; what is made is a version more. */
export function useRuns() {
  const queries = useQueryClient();
  const runs = useQuery({
    queryKey: keys.runs,
    queryFn: () => api.get<Page<RosterRun>>("/workforce/roster-runs").then((page) => page.items),
    refetchInterval: ({ state }) => (state.data?.some((one) => one.state === "asked") ? 1_000 : false),
  });
  const made = runs.data?.find((one) => one.state === "made")?.id;
  useEffect(() => {
    if (made) void queries.invalidateQueries({ queryKey: keys.rosters });
  }, [made, queries]);
  return runs;
}

export function useDay(roster: string | undefined, day: string | undefined) {
  return useQuery({
    queryKey: keys.day(roster, day),
    queryFn: () => api.get<RosterDay>(`/workforce/rosters/${roster!}/days/${day!}`),
    enabled: roster !== undefined && day !== undefined,
  });
}

export function useBroken(roster: string | undefined) {
  return useQuery({
    queryKey: keys.broken(roster),
    queryFn: () => api.get<BrokenRule[]>(`/workforce/rosters/${roster!}/violations`),
    enabled: roster !== undefined,
  });
}

/** Who stands in for a lost site and what they said: the answers come while one looks. */
export function useStandIns(roster: string, v: number) {
  return useQuery({
    queryKey: [...keys.standIns(roster), v],
    queryFn: () => api.get<StandIns>(`/workforce/rosters/${roster}/stand-ins`),
    placeholderData: (before) => before,
    refetchInterval: 60_000,
  });
}

export function usePersonDay(roster: string, who: string | undefined, day: string, v: number) {
  return useQuery({
    queryKey: [...keys.person(roster, who, day), v],
    queryFn: () => api.get<PersonDay>(`/workforce/rosters/${roster}/people/${who!}/days/${day}`),
    enabled: who !== undefined,
    placeholderData: (before: PersonDay | undefined, query) =>
      query?.queryKey[3] === who && query?.queryKey[4] === day ? before : undefined,
  });
}

export function usePeople() {
  return useQuery({ queryKey: keys.people, queryFn: () => whole<AgreedPerson>("/workforce/agreements") });
}

export function useContracts() {
  return useQuery({ queryKey: keys.contracts, queryFn: () => whole<Contract>("/workforce/contracts") });
}

export function useSeats() {
  return useQuery({ queryKey: keys.seats, queryFn: () => api.get<Seats[]>("/workforce/office") });
}

/** Has everything about rosters read again. */
export function useAgain(): () => Promise<void> {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: ["rosters"] });
}
