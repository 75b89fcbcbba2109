import { useInfiniteQuery, type InfiniteData, type UseInfiniteQueryResult } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { api } from "@/api/client";
import type { ConversationRow, Page } from "@/api/types";
import { Failed } from "@/failed";
import { msg, useT } from "@/i18n";
import { moment } from "@/i18n/format";
import { useLive, useRow, useTopic } from "@/live/react";
import { useQueueName, useQueues } from "@/reference";
import { keepPlace, placeOf, useScrollPlace } from "@/scroll-place";
import { useSession } from "@/session";
import { ViewsButton } from "@/views/button";
import { Empty, Pill, Skeleton } from "@ui/bits";
import { Button } from "@ui/button";
import { Select, TextField } from "@ui/field";
import "@ui/table.css";

const views = [
  { value: "all", label: msg("view.all") },
  { value: "waiting", label: msg("view.waiting") },
  { value: "snoozed", label: msg("view.snoozed") },
  { value: "closed", label: msg("view.closed") },
];

const states: Record<string, string> = {
  open: msg("state.open"),
  waiting: msg("state.waiting"),
  active: msg("state.active"),
  wrapup: msg("state.wrapup"),
  snoozed: msg("state.snoozed"),
  closed: msg("state.closed"),
};

/** Every conversation one may see, by view, client and queue, searchable; the address is the filter. */
export function ConversationsPage() {
  const t = useT();
  const search = useSearch({ from: "/desk/conversations" });
  const list = useInfiniteQuery({
    queryKey: ["live", "conversations", search],
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<ConversationRow>>("/conversations", {
        query: {
          view: search.view ?? "all",
          client_id: search.client_id,
          queue_id: search.queue_id,
          q: search.q,
          sort: search.sort ?? "new",
          cursor: pageParam,
          limit: 50,
        },
        signal,
      }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: (before) => before,
  });
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const box = useRef<HTMLDivElement>(null);
  const place = `conversations/${JSON.stringify(search)}`;
  const keep = useScrollPlace(box, place, rows.length);
  usePagesLoaded(list, place);
  return (
    <div ref={box} className="page" data-region tabIndex={-1} onScroll={keep}>
      <header className="page-head">
        <h1>{t("nav.conversations")}</h1>
        <ViewsButton page="conversations" />
      </header>
      <Filters />
      {list.isPending && <Skeleton label={t("loading")} lines={8} />}
      {list.error && <Failed error={list.error} retry={list.refetch} />}
      {list.data && rows.length === 0 && <Empty icon="search" title={t("conversations.empty")} />}
      {rows.length > 0 && (
        <div className="card table-scroll conversations" role="group" aria-label={t("nav.conversations")} tabIndex={-1}>
          <table className="words">
            <caption className="hidden-visually">{t("nav.conversations")}</caption>
            <thead>
              <tr>
                <th scope="col">{t("conversations.subject")}</th>
                <th scope="col">{t("customer.title")}</th>
                <th scope="col">{t("floor.queue")}</th>
                <th scope="col">{t("conversations.state")}</th>
                <th scope="col">{t("conversations.last")}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Line key={row.id} row={row} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {list.hasNextPage && (
        <p className="thread-earlier">
          <Button tone="outline" isDisabled={list.isFetchingNextPage} onPress={() => void list.fetchNextPage()}>
            {t("conversations.more")}
          </Button>
        </p>
      )}
    </div>
  );
}

/** Loads as many pages as were loaded when the list was left. */
function usePagesLoaded(list: UseInfiniteQueryResult<InfiniteData<Page<ConversationRow>>>, place: string): void {
  const { data, hasNextPage, isFetching, fetchNextPage, isPlaceholderData } = list;
  const count = isPlaceholderData ? 0 : (data?.pages.length ?? 0);
  const key = `pages/${place}`;
  const wanted = useRef({ key: "", count: 0 });
  useEffect(() => {
    if (wanted.current.key !== key) wanted.current = { key, count: placeOf(key) };
    if (count === 0 || isFetching) return;
    if (count < wanted.current.count && hasNextPage) void fetchNextPage();
    else {
      wanted.current.count = 0;
      keepPlace(key, count > 1 ? count : 0);
    }
  }, [key, count, hasNextPage, isFetching, fetchNextPage]);
}

function Line({ row: fetched }: { row: ConversationRow }) {
  const t = useT();
  const live = useRow("conversations", fetched.id);
  const { engine } = useLive();
  const row = live && live.v > fetched.v ? live : fetched;
  const queue = useQueueName(row.queue_id);
  const { clients } = useSession();
  const client = clients.length > 1 ? clients.find((one) => one.id === row.client_id)?.name : undefined;
  const label = states[row.state];
  return (
    <tr>
      <th scope="row">
        <Link to="/work/$id" params={{ id: row.id }}>
          <span className="num meta">#{row.number}</span> {row.subject || row.preview || t("conversation.untitled")}
        </Link>
      </th>
      <td>{row.customer.name ?? t("customer.unnamed")}</td>
      <td>{[client, queue].filter(Boolean).join(" · ")}</td>
      <td>
        <Pill tone={row.state === "waiting" ? "warn" : "plain"}>{label ? t(label) : row.state}</Pill>
      </td>
      <td className="num">{row.last_message_at ? moment(row.last_message_at, engine.serverNow()) : "–"}</td>
    </tr>
  );
}

function Filters() {
  const t = useT();
  const navigate = useNavigate({ from: "/conversations" });
  const search = useSearch({ from: "/desk/conversations" });
  const { clients } = useSession();
  const queues = useQueues();
  const [q, setQ] = useState(search.q ?? "");
  // A search that came with the address (a saved view, the way back) wins over what stood here.
  const [sent, setSent] = useState(search.q ?? "");
  if ((search.q ?? "") !== sent) {
    setSent(search.q ?? "");
    setQ(search.q ?? "");
  }
  useTopic(search.client_id ? `client:${search.client_id}` : clients.length === 1 ? `client:${clients[0]!.id}` : null);
  const set = (next: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace: true });
  useEffect(() => {
    const timer = setTimeout(() => {
      if (q === (search.q ?? "")) return;
      setSent(q);
      set({ q: q || undefined });
    }, 250);
    return () => clearTimeout(timer);
  });
  return (
    <form className="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      <TextField label={t("list.search")} type="search" value={q} onChange={(event) => setQ(event.target.value)} />
      <Select
        label={t("list.view")}
        value={search.view ?? "all"}
        onChange={(event) => set({ view: event.target.value === "all" ? undefined : (event.target.value as "waiting") })}
      >
        {views.map((view) => (
          <option key={view.value} value={view.value}>
            {t(view.label)}
          </option>
        ))}
      </Select>
      {clients.length > 1 && (
        <Select
          label={t("list.client")}
          value={search.client_id ?? ""}
          onChange={(event) => set({ client_id: event.target.value || undefined, queue_id: undefined })}
        >
          <option value="">{t("list.all_clients")}</option>
          {clients.map((client) => (
            <option key={client.id} value={client.id}>
              {client.name}
            </option>
          ))}
        </Select>
      )}
      <Select
        label={t("floor.queue")}
        value={search.queue_id ?? ""}
        onChange={(event) => set({ queue_id: event.target.value || undefined })}
      >
        <option value="">{t("conversations.all_queues")}</option>
        {queues
          .filter((queue) => !search.client_id || queue.client_id === search.client_id)
          .map((queue) => (
            <option key={queue.id} value={queue.id}>
              {queue.name}
            </option>
          ))}
      </Select>
    </form>
  );
}
