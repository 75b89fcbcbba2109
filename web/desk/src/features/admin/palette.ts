/** What administration has for the command palette: its pages, and the things on them that are named so. */
import type { QueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import { whole } from "@/api/whole";
import type { Page, Session } from "@/api/types";
import { matches } from "@ui/picker";
import type { IconName } from "@ui/icon";
import type { Thing } from "./model";
import { sectionsOf } from "./sections";
import "./words";

export interface Found {
  id: string;
  label: string;
  icon: IconName;
  section: string;
  thing?: string;
}

/** The pages that this person may open and whose name fits; nothing is asked of the server. */
export function pagesFor(session: Session, query: string): Found[] {
  return sectionsOf(session)
    .filter(({ title }) => matches(query, title()))
    .map(({ name, title, icon }) => ({ id: `a/${name}`, label: title(), icon, section: name }));
}

const MOST = 5;
const FRESH_MS = 60_000;

/** The things whose name fits, of every list that this person may read; what is listed once is kept a minute. */
export async function thingsFor(session: Session, query: string, queries: QueryClient): Promise<Found[]> {
  const lists = sectionsOf(session).flatMap(({ name, icon, listed }) => (listed ? [{ section: name, icon, listed }] : []));
  const found = await Promise.all(
    lists.map(async ({ section, icon, listed: { path, searched, named } }) => {
      const q = searched ? query : "";
      const rows = await queries.fetchQuery({
        queryKey: ["admin", path, "palette", q],
        queryFn: async ({ signal }) =>
          searched ? (await api.get<Page<Thing>>(path, { query: { q, limit: MOST }, signal })).items : whole<Thing>(path, { signal }),
        staleTime: FRESH_MS,
      });
      return rows
        .filter((row) => matches(query, named(row)))
        .slice(0, MOST)
        .map((row): Found => ({ id: `a/${section}/${row.id}`, label: named(row), icon, section, thing: row.id }));
    }),
  );
  return found.flat();
}
