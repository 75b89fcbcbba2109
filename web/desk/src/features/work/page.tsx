import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { memo, useCallback } from "react";
import { api } from "@/api/client";
import { useT } from "@/i18n";
import { useAction } from "@/keys/react";
import { useLive, useLoaded } from "@/live/react";
import { useSession } from "@/session";
import { ViewsButton } from "@/views/button";
import { Empty } from "@ui/bits";
import { Button } from "@ui/button";
import { Icon } from "@ui/icon";
import { Menu, MenuItem, MenuSection } from "@ui/menu";
import { Segments } from "@ui/segments";
import { useAfterDone } from "./after-done";
import { Conversation } from "./conversation";
import { ConversationList } from "./list";
import { useMineCounts } from "./counts";
import { Offers } from "./offers";
import { useOrder } from "./use-order";
import "./work.css";

/** My work: list and offers, the open conversation, and its context. */
export function WorkPage() {
  const t = useT();
  const navigate = useNavigate({ from: "/work" });
  const search = useSearch({ from: "/desk/work" });
  const id = useParams({ strict: false }).id ?? null;
  const { store } = useLive();
  const session = useSession();
  const view = search.view ?? "open";
  const sort = search.sort ?? "due";
  const order = useOrder({ operatorId: session.operator_id, view, sort, client: search.client, q: search.q });
  const accepted = useCallback(() => order.catchUp(), [order]);
  const open = (next: string) => {
    if (next) void navigate({ to: "/work/$id", params: { id: next }, search: true, replace: id !== null });
  };
  const back = () => {
    void navigate({ to: "/work", search: true });
    requestAnimationFrame(() => document.querySelector<HTMLElement>('[role="listbox"]')?.focus());
  };
  const step = (by: number) => {
    const ids = order.shown();
    const at = id ? ids.indexOf(id) : -1;
    const next = ids[Math.min(Math.max(at + by, 0), ids.length - 1)];
    if (next) open(next);
  };
  const afterDone = useAfterDone(id, { order, open, back });
  useAction("next", () => step(1));
  useAction("previous", () => step(-1));
  useAction(
    "unread",
    () => {
      const row = id && store.get("conversations", id);
      if (!row) return;
      store.set("conversations", row.id, { ...row, unread: Math.max(row.unread, 1) });
      api.post(`/conversations/${row.id}/read`, { seq: Math.max(0, row.last_seq - 1) }).catch(() => undefined);
      back();
    },
    id !== null,
  );
  return (
    <div className="work" data-open={id !== null || undefined}>
      <section className="work-list" aria-label={t("nav.work")} data-region>
        <ListHead />
        <ConversationList
          order={order}
          selected={id}
          onOpen={open}
          place={`${view}/${sort}/${search.client ?? ""}/${search.q ?? ""}`}
          emptyTitle={view === "snoozed" ? t("list.empty_snoozed") : search.q ? t("list.empty_search") : t("list.empty")}
        />
        {/* Behind the list: what comes and goes there moves no row under the pointer. */}
        <Offers onAccepted={accepted} />
      </section>
      {id ? (
        <Conversation id={id} onBack={back} onDone={afterDone} />
      ) : (
        <section className="talk talk-none" aria-label={t("thread.label")}>
          <Empty icon="message-circle" title={t("thread.none")} />
        </section>
      )}
    </div>
  );
}

/** What stands above the list: it does not follow each step through it. */
const ListHead = memo(function ListHead() {
  const t = useT();
  const navigate = useNavigate({ from: "/work" });
  const search = useSearch({ from: "/desk/work" });
  const session = useSession();
  const counts = useMineCounts();
  const loaded = useLoaded();
  const set = (next: Partial<typeof search>) =>
    void navigate({ to: ".", search: (before) => ({ ...before, ...next }), replace: true });
  return (
    <header className="list-head">
      <div className="row-flex">
        <h1 className="grow">
          {t("nav.work")} <span className="meta num">{loaded ? (search.view === "snoozed" ? counts.snoozed : counts.open) : "–"}</span>
        </h1>
        <Menu
          label={t("list.options")}
          trigger={
            <Button>
              <Icon name="list" />
              {search.sort === "new" ? t("list.by_new") : t("list.by_due")}
            </Button>
          }
        >
          <MenuSection
            title={t("list.sort")}
            selected={search.sort ?? "due"}
            onSelect={(key) => set({ sort: key === "new" ? "new" : undefined })}
          >
            <MenuItem id="due">{t("list.by_due")}</MenuItem>
            <MenuItem id="new">{t("list.by_new")}</MenuItem>
          </MenuSection>
          {session.clients.length > 1 && (
            <MenuSection
              title={t("list.client")}
              selected={search.client ?? "all"}
              onSelect={(key) => set({ client: key === "all" ? undefined : key })}
            >
              <MenuItem id="all">{t("list.all_clients")}</MenuItem>
              {session.clients.map((client) => (
                <MenuItem key={client.id} id={client.id}>
                  {client.name}
                </MenuItem>
              ))}
            </MenuSection>
          )}
        </Menu>
        <ViewsButton page="work" />
      </div>
      <div className="row-flex">
        <Segments
          label={t("list.view")}
          value={search.view ?? "open"}
          options={[
            { value: "open", label: t("list.open") },
            { value: "snoozed", label: t("list.snoozed", { n: counts.snoozed }) },
          ]}
          onChange={(view: "open" | "snoozed") => set({ view: view === "snoozed" ? "snoozed" : undefined })}
        />
        <input
          className="input"
          type="search"
          aria-label={t("list.search")}
          placeholder={t("list.search")}
          value={search.q ?? ""}
          onChange={(event) => set({ q: event.target.value || undefined })}
        />
      </div>
    </header>
  );
});
