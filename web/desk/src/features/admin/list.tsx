import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api } from "@/api/client";
import type { Page } from "@/api/types";
import { Failed } from "@/failed";
import { useT } from "@/i18n";
import { may, useSession } from "@/session";
import { Empty, Skeleton } from "@ui/bits";
import { Button } from "@ui/button";
import { Select, TextField } from "@ui/field";
import { Icon } from "@ui/icon";
import { fold } from "@ui/picker";
import type { FilterName, Option, Resource, Search, Thing } from "./model";
import { options, useRefs, type Refs } from "./refs";

const PAGE = 50;

/** Things of one kind: searched and filtered in the address, paged by cursor. */
export function List<R extends Thing, V extends object>({ resource }: { resource: Resource<R, V> }) {
  const t = useT();
  const session = useSession();
  const refs = useRefs();
  const search = useSearch({ from: "/desk/admin" });
  const asked = resource.searched ? search : {};
  const list = useInfiniteQuery({
    queryKey: ["admin", resource.path, "pages", asked],
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<R>>(resource.path, { query: { ...asked, cursor: pageParam, limit: resource.searched ? PAGE : undefined }, signal }),
    initialPageParam: "",
    getNextPageParam: (page: Page<R>) => page.next_cursor ?? undefined,
    placeholderData: (before) => before,
  });
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const here = !resource.searched && Boolean(search.q || search.client_id);
  // What the server cannot search is searched here, and so has to be here whole.
  useEffect(() => {
    if (here && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [here, hasNextPage, isFetchingNextPage, fetchNextPage]);
  const all = list.data?.pages.flatMap((page) => page.items) ?? [];
  const found = resource.searched ? all : all.filter((row) => kept(row, resource, refs, search));
  const rows = resource.arranged ? resource.arranged(found) : found;
  const columns = resource.columns();
  return (
    <>
      <header className="page-head">
        <h1>{resource.title()}</h1>
        {resource.add && may(session, resource.write) && (
          <Link to="/admin/$section/$id" params={{ section: resource.section, id: "new" }} search={search} className="button button-primary">
            <Icon name="plus" />
            {resource.add()}
          </Link>
        )}
      </header>
      <Filters filters={resource.filters ?? []} refs={refs} />
      {list.isPending && <Skeleton label={t("loading")} lines={6} />}
      {list.error && <Failed error={list.error} retry={list.refetch} />}
      {list.data && rows.length === 0 && (
        <Empty icon={all.length > 0 ? "search" : resource.icon} title={all.length > 0 ? t("admin.none_found") : resource.empty()} />
      )}
      {rows.length > 0 && (
        <div className="card table-scroll conversations" role="group" aria-label={resource.title()} tabIndex={-1}>
          <table className="words">
            <caption className="hidden-visually">{resource.title()}</caption>
            <thead>
              <tr>
                {columns.map(({ title }) => (
                  <th key={title} scope="col">
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id}>
                  {columns.map(({ title, cell, num }, at) =>
                    at === 0 ? (
                      <th key={title} scope="row">
                        <Link to="/admin/$section/$id" params={{ section: resource.section, id: row.id }} search={search}>
                          {cell(row, refs)}
                        </Link>
                      </th>
                    ) : (
                      <td key={title} className={num ? "num" : undefined}>
                        {cell(row, refs)}
                      </td>
                    ),
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {hasNextPage && (
        <p className="thread-earlier">
          <Button tone="outline" isDisabled={isFetchingNextPage} onPress={() => void fetchNextPage()}>
            {t("conversations.more")}
          </Button>
        </p>
      )}
    </>
  );
}

function kept<R extends Thing, V extends object>(row: R, resource: Resource<R, V>, refs: Refs, search: Search): boolean {
  if (search.client_id && resource.clientOf && resource.clientOf(row) !== search.client_id) return false;
  if (!search.q) return true;
  const words = [resource.name(row), ...resource.columns().map(({ cell }) => cell(row, refs)).filter((cell) => typeof cell === "string")];
  return fold(words.join(" ")).includes(fold(search.q));
}

/** What is looked for; it stands in the address, so that Back and a link find it again. */
function Filters({ filters, refs }: { filters: FilterName[]; refs: Refs }) {
  const t = useT();
  const navigate = useNavigate();
  const search = useSearch({ from: "/desk/admin" });
  const [q, setQ] = useState(search.q ?? "");
  const set = (next: Search) => void navigate({ to: ".", search: (before: Search) => ({ ...before, ...next }), replace: true });
  useEffect(() => {
    const timer = setTimeout(() => {
      if (q !== (search.q ?? "")) set({ q: q || undefined });
    }, 250);
    return () => clearTimeout(timer);
  });
  const choices: Record<FilterName, { label: string; all: string; options: Option[] }> = {
    client_id: { label: t("list.client"), all: t("list.all_clients"), options: options(refs.clients) },
    team_id: { label: t("admin.team"), all: t("admin.all_teams"), options: options(refs.teams) },
    skill: {
      label: t("admin.skill"),
      all: t("admin.all_skills"),
      options: refs.skills.map(({ code, name }) => ({ value: code, label: name })),
    },
  };
  return (
    <form className="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      <TextField label={t("list.search")} type="search" value={q} onChange={(event) => setQ(event.target.value)} />
      {filters.map((name) => (
        <Select key={name} label={choices[name].label} value={search[name] ?? ""} onChange={(event) => set({ [name]: event.target.value || undefined })}>
          <option value="">{choices[name].all}</option>
          {choices[name].options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </Select>
      ))}
    </form>
  );
}
