import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";
import { api } from "@/api/client";
import { explain } from "@/api/words";
import type { ConversationRow, Customer, Page, PresenceState } from "@/api/types";
import { msg, useT } from "@/i18n";
import { canRun, run, takeTyped } from "@/keys/react";
import { actions, shown } from "@/keys/map";
import { useLive } from "@/live/react";
import { useCanned, useColleagues, useQueues } from "@/reference";
import { may, useSession } from "@/session";
import { change as changeSettings, useSettings, type Theme } from "@/settings";
import { usePresenceChange } from "@/features/presence/change";
import { ME } from "@/features/presence/live";
import { timelineQuery } from "@/features/work/api";
import { clientWrittenTo, insertable, insertCanned } from "@/features/work/insert";
import { mean } from "@/features/work/naming";
import { administers } from "./nav";
import { Dialog } from "@ui/dialog";
import { Icon, type IconName } from "@ui/icon";
import { Kbd } from "@ui/kbd";
import { matches, Picker, type PickerOption } from "@ui/picker";
import { say } from "@ui/toast";

interface Entry extends PickerOption {
  run: () => void;
}

const MAX = 8;
const SETTLED_MS = 300;

/** Ctrl+K: actions, conversations, customers, queues and canned replies from one field. */
export function Palette({ onClose }: { onClose: () => void }) {
  const t = useT();
  const [query, setQuery] = useState("");
  useEffect(() => setQuery((before) => takeTyped() || before), []);
  const entries = useEntries(query);
  const pick = (id: string) => {
    const entry = entries.find((one) => one.id === id);
    onClose();
    // The dialog gives the focus back first; only then does the action take it.
    if (entry) setTimeout(entry.run, 0);
  };
  return (
    <Dialog title={t("palette.title")} hideTitle open onClose={onClose}>
      <div className="palette">
        <Picker
          takeFocus
          label={t("palette.open")}
          query={query}
          onQuery={setQuery}
          options={entries}
          onPick={pick}
          empty={t("palette.empty")}
        />
      </div>
    </Dialog>
  );
}

function useEntries(query: string): Entry[] {
  const t = useT();
  const actionEntries = useMemo(
    () =>
      actions
        .filter((action) => action.id !== "palette" && canRun(action.id) && matches(query, t(action.label)))
        .map((action): Entry => ({
          id: action.id,
          label: t(action.label),
          group: t("palette.actions"),
          render: <Line icon="zap" text={t(action.label)} kbd={shown(action.id)} />,
          run: () => void run(action.id),
        })),
    [query, t],
  );
  const conversations = useConversationEntries(query);
  const customers = useCustomerEntries(query);
  const queues = useQueueEntries(query);
  const canned = useCannedEntries(query);
  const administration = useAdminEntries(query);
  const states = useStateEntries(query);
  const colleagues = useColleagueEntries(query);
  return [...actionEntries, ...states, ...conversations, ...customers, ...colleagues, ...queues, ...canned, ...administration];
}

function Line({ icon, text, kbd }: { icon: IconName; text: string; kbd?: string | undefined }) {
  return (
    <>
      <Icon name={icon} />
      <span className="clip">{text}</span>
      {kbd && <Kbd>{kbd}</Kbd>}
    </>
  );
}

function title(row: ConversationRow): string {
  const who = [`#${row.number}`, row.customer.name].filter(Boolean).join(" ");
  return [who, row.subject || row.preview].filter(Boolean).join(" · ");
}

function useConversationEntries(query: string): Entry[] {
  const t = useT();
  const { store } = useLive();
  const session = useSession();
  const navigate = useNavigate();
  const long = query.trim().length >= 2;
  const found = useQuery({
    queryKey: ["palette", query.trim()],
    queryFn: ({ signal }) =>
      api.get<Page<ConversationRow>>("/conversations", {
        query: { view: "all", q: query.trim().replace(/^#/, ""), limit: MAX },
        signal,
      }),
    enabled: query.trim().length >= 3 && may(session, "conversations.read"),
    placeholderData: (before) => before,
  });
  if (!long) return [];
  const rows = new Map<string, ConversationRow>();
  for (const row of store.rows("conversations").values()) {
    if (rows.size < MAX && matches(query, title(row))) rows.set(row.id, row);
  }
  for (const row of found.data?.items ?? []) if (rows.size < MAX) rows.set(row.id, row);
  return [...rows.values()].map((row) => ({
    id: `c/${row.id}`,
    label: title(row),
    group: t("palette.conversations"),
    render: <Line icon="message-circle" text={title(row)} />,
    run: () => void navigate({ to: "/work/$id", params: { id: row.id } }),
  }));
}

/** Waits until one has stopped typing: each search of people is written into the log. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), SETTLED_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

/** Customers by name, telephone or address; picked, their latest conversation opens. */
function useCustomerEntries(query: string): Entry[] {
  const t = useT();
  const navigate = useNavigate();
  const session = useSession();
  const queries = useQueryClient();
  const words = useSettled(query.trim());
  const asked = words.length >= 3 && may(session, "customers.read") && may(session, "conversations.read");
  const { data } = useQuery({
    queryKey: ["palette-customers", words],
    queryFn: ({ signal }) => api.get<Page<Customer>>("/customers", { query: { q: words, limit: MAX }, signal }),
    enabled: asked,
  });
  if (!asked || !data) return [];
  const open = async (customer: Customer) => {
    const [latest] = await queries.fetchQuery(timelineQuery(customer.id));
    if (latest) void navigate({ to: "/work/$id", params: { id: latest.id } });
    else say(t("history.none"));
  };
  return data.items.map((one) => {
    const client = session.clients.length > 1 && session.clients.find(({ id }) => id === one.client_id)?.name;
    const reached = one.identities.map(({ value }) => value);
    const label = [one.name || t("customer.unnamed"), ...reached, client].filter(Boolean).join(" · ");
    return {
      id: `k/${one.id}`,
      label,
      group: t("palette.customers"),
      render: <Line icon="user" text={label} />,
      run: () => void open(one).catch((error: unknown) => say(explain(error))),
    };
  });
}

function useQueueEntries(query: string): Entry[] {
  const t = useT();
  const navigate = useNavigate();
  const queues = useQueues();
  const reads = may(useSession(), "conversations.read_all");
  // What waits in a queue is shown to who may read it; its rules stand among administration.
  if (query.trim().length < 2 || !reads) return [];
  return queues
    .filter((queue) => matches(query, queue.name))
    .slice(0, MAX)
    .map((queue) => ({
      id: `q/${queue.id}`,
      label: queue.name,
      group: t("palette.queues"),
      render: <Line icon="layout-grid" text={queue.name} />,
      run: () =>
        void navigate({ to: "/conversations", search: { view: "waiting", queue_id: queue.id } }),
    }));
}

/** Pages and things of administration, for who may open it; its code and words come with the first look. */
function useAdminEntries(query: string): Entry[] {
  const t = useT();
  const navigate = useNavigate();
  const session = useSession();
  const queries = useQueryClient();
  const words = query.trim();
  const { data } = useQuery({
    queryKey: ["palette-admin", words],
    queryFn: async () => {
      const admin = await import("@/features/admin/palette");
      const things = await admin.thingsFor(session, words, queries);
      return [...admin.pagesFor(session, words), ...things];
    },
    enabled: words.length >= 2 && administers(session),
    placeholderData: (before) => before,
  });
  if (words.length < 2 || !data) return [];
  return data
    .filter(({ label }) => matches(words, label))
    .map(({ id, label, icon, section, thing }) => ({
      id,
      label,
      group: t("nav.admin"),
      render: <Line icon={icon} text={label} />,
      run: () =>
        void (thing
          ? navigate({ to: "/admin/$section/$id", params: { section, id: thing } })
          : navigate({ to: "/admin/$section", params: { section } })),
    }));
}

function useCannedEntries(query: string): Entry[] {
  const t = useT();
  const canned = useCanned();
  if (query.trim().length < 2 || !canRun("canned")) return [];
  return insertable(canned, query.trim())
    .slice(0, MAX)
    .map((one) => ({
      id: `r/${one.id}`,
      label: one.title,
      group: t("palette.canned"),
      render: <Line icon="message-square-text" text={one.title} kbd={`/${one.key}`} />,
      run: () => insertCanned(one),
    }));
}

const states: readonly { id: Exclude<PresenceState, "busy">; label: string }[] = [
  { id: "available", label: msg("presence.available") },
  { id: "break", label: msg("presence.break") },
  { id: "away", label: msg("presence.away") },
  { id: "offline", label: msg("presence.offline") },
];

const themes: readonly { id: Theme; label: string }[] = [
  { id: "auto", label: msg("theme.auto") },
  { id: "light", label: msg("theme.light") },
  { id: "dark", label: msg("theme.dark") },
  { id: "contrast", label: msg("theme.contrast") },
];

/** One's own state and the look of the desk, other than they are now. */
function useStateEntries(query: string): Entry[] {
  const t = useT();
  const change = usePresenceChange();
  const { store } = useLive();
  const { operator_id: operator } = useSession();
  const { theme } = useSettings();
  if (query.trim().length < 2) return [];
  const now = store.get("presence", ME)?.state;
  const own = operator === null ? [] : states.filter(({ id }) => id !== now);
  const entry = (id: string, icon: IconName, label: string, run: () => void): Entry => ({
    id,
    label,
    group: t("palette.actions"),
    render: <Line icon={icon} text={label} />,
    run,
  });
  return [
    ...own.map(({ id, label }) =>
      entry(`s/${id}`, "user", `${t("presence.menu")}: ${t(label)}`, () => change.mutate({ state: id })),
    ),
    ...themes
      .filter(({ id }) => id !== theme)
      .map(({ id, label }) =>
        entry(`t/${id}`, "settings", `${t("theme.title")}: ${t(label)}`, () => changeSettings({ theme: id })),
      ),
  ].filter(({ label }) => matches(query, label));
}

/** Colleagues who may take over the open conversation. */
function useColleagueEntries(query: string): Entry[] {
  const t = useT();
  const client = canRun("transfer") ? clientWrittenTo() : null;
  const asked = client !== null && query.trim().length >= 2;
  const colleagues = useColleagues(query, client ?? "", asked);
  if (!asked) return [];
  return colleagues
    .filter((one) => matches(query, one.display_name))
    .slice(0, MAX)
    .map((one) => {
      const label = [one.display_name, one.team].filter(Boolean).join(" · ");
      return {
        id: `p/${one.id}`,
        label,
        group: t("transfer.title"),
        render: <Line icon="arrow-right-left" text={label} />,
        run: () => {
          mean({ id: one.id, kind: "colleague", label });
          run("transfer");
        },
      };
    });
}
