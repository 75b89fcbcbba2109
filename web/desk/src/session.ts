/** Who is signed in, and what they may do. */
import { queryOptions, useQuery, type QueryClient } from "@tanstack/react-query";
import { createContext, use } from "react";
import { api, ApiError } from "@/api/client";
import type { ClientRef, Session } from "@/api/types";

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async (): Promise<Session | null> => {
    try {
      return await api.get<Session>("/session");
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 5 * 60_000,
});

/** Given once around all pages: every row and bubble asks for it, an observer for each would cost. */
export const SessionContext = createContext<Session | null>(null);

/** The session of a page that is only shown to someone signed in. */
export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error("nobody is signed in");
  return session;
}

export function useMaybeSession(): Session | null {
  return useQuery(sessionQuery).data ?? null;
}

export function may(session: Session, permission: string): boolean {
  return session.permissions.includes(permission);
}

export function useClient(id: string | null | undefined): ClientRef | undefined {
  return useSession().clients.find((client) => client.id === id);
}

export async function signOut(queries: QueryClient): Promise<void> {
  await api.delete("/session").catch(() => undefined);
  queries.clear();
  location.assign("/desk/login");
}
