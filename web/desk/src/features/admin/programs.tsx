import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import type { IssuedToken, Page, Token, Webhook, WebhookDelivery, WebhookWithSecret } from "@/api/types";
import { t, useT } from "@/i18n";
import { moment } from "@/i18n/format";
import { useLive } from "@/live/react";
import { useSession } from "@/session";
import { Empty, Pill } from "@ui/bits";
import { Button } from "@ui/button";
import { Select } from "@ui/field";
import { say } from "@ui/toast";
import { Checks } from "./fields";
import type { CustomProps, Resource } from "./model";
import { named, options } from "./refs";
import { reason } from "./refusals";

type WithSecret<R> = R & { secret?: string };

/** A secret that nobody can show again. */
function Secret({ secret, about }: { secret: string; about: string }) {
  const t = useT();
  const [copied, setCopied] = useState(false);
  return (
    <section className="stack" aria-labelledby="admin-secret">
      <h1 id="admin-secret">{t("admin.secret")}</h1>
      <p>{about}</p>
      <pre className="admin-code" tabIndex={0} role="group" aria-label={t("admin.secret")}>
        {secret}
      </pre>
      <div>
        <Button tone="outline" icon="copy" onPress={() => void navigator.clipboard?.writeText(secret).then(() => setCopied(true))}>
          {copied ? t("codes.copied") : t("admin.copy")}
        </Button>
      </div>
    </section>
  );
}

interface TokenValues {
  name: string;
  scopes: string[];
  everything: boolean;
  clients: string[];
  expires_on: string;
}

/** Permissions that one holds and may therefore give to a program. */
function Scopes({ value, onChange, label, error, disabled }: CustomProps<string[]>) {
  const session = useSession();
  const known = [...new Set([...session.permissions, ...value])].filter((one) => !notForPrograms.has(one)).sort();
  return <Checks label={label} name="scopes" error={error} disabled={disabled} options={known.map((one) => ({ value: one, label: one }))} value={value} onChange={onChange} />;
}

const notForPrograms = new Set(["identity.manage_accounts", "identity.manage_tokens", "identity.own_account", "identity.read_mail", "privacy.set_monitoring"]);
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

export const tokens: Resource<WithSecret<Token>, TokenValues> = {
  section: "tokens",
  path: "/tokens",
  read: "identity.manage_tokens",
  write: "identity.manage_tokens",
  icon: "key-round",
  title: () => t("admin.tokens"),
  add: () => t("admin.tokens.add"),
  empty: () => t("admin.tokens.empty"),
  name: (row) => row.name,
  columns: () => [
    { title: t("admin.name"), cell: (row) => row.name },
    { title: t("admin.scopes"), cell: (row) => t("admin.scopes.n", { n: row.scopes.length }) },
    { title: t("admin.expires"), cell: (row) => moment(row.expires_at, Date.now()), num: true },
    { title: t("admin.last_used"), cell: (row) => (row.last_used_at ? moment(row.last_used_at, Date.now()) : t("admin.never")), num: true },
  ],
  values: (row) => ({
    name: row?.name ?? "",
    scopes: row?.scopes ?? [],
    everything: row ? row.clients === null : true,
    clients: row?.clients ?? [],
    expires_on: row?.expires_at.slice(0, 10) ?? inDays(180),
  }),
  groups: ({ row, values, refs }) => [
    {
      ...(row ? { title: t("admin.tokens.fixed") } : {}),
      fields: [
        { kind: "text", name: "name", label: t("admin.name"), hint: t("admin.tokens.name.hint"), required: true, fixed: true, max: 200 },
        { kind: "text", type: "date", name: "expires_on", label: t("admin.expires"), required: true, fixed: true },
        { kind: "check", name: "everything", label: t("admin.account.all_clients"), fixed: true },
        ...(values.everything
          ? []
          : [{ kind: "checks" as const, name: "clients" as const, label: t("admin.clients"), required: true, fixed: true, options: options(refs.clients) }]),
        { kind: "custom", name: "scopes", label: t("admin.scopes"), required: true, fixed: true, Control: Scopes as never },
      ],
    },
  ],
  save: async ({ name, scopes, everything, clients, expires_on }, row) => {
    if (row) return row;
    const issued = await api.post<IssuedToken>("/tokens", { name, scopes, clients: everything ? null : clients, expires_at: `${expires_on}T23:59:59Z` });
    return { ...issued.token, secret: issued.secret };
  },
  remove: (row) => api.delete(`/tokens/${row.id}`),
  removal: () => t("admin.tokens.revoke"),
  fieldOf: { "identity.bad_expiry": "expires_on", "identity.unknown_scope": "scopes", "identity.scope_exceeded": "scopes" },
  Once: ({ row }) => <Secret secret={row.secret ?? ""} about={t("admin.secret.token")} />,
};

interface WebhookValues {
  name: string;
  url: string;
  client_id: string | null;
  kinds: string[];
  active: boolean;
}

function Kinds({ value, onChange, label, error, disabled }: CustomProps<string[]>) {
  const { data } = useQuery({ queryKey: ["admin", "/webhooks/kinds"], queryFn: ({ signal }) => api.get<string[]>("/webhooks/kinds", { signal }), staleTime: Infinity });
  const known = [...new Set([...(data ?? []), ...value])];
  return <Checks label={label} name="kinds" error={error} disabled={disabled} options={known.map((one) => ({ value: one, label: one }))} value={value} onChange={onChange} />;
}

export const webhooks: Resource<WithSecret<Webhook>, WebhookValues> = {
  section: "webhooks",
  path: "/webhooks",
  single: true,
  read: "channels.manage_webhooks",
  write: "channels.manage_webhooks",
  icon: "send",
  title: () => t("admin.webhooks"),
  add: () => t("admin.webhooks.add"),
  empty: () => t("admin.webhooks.empty"),
  filters: ["client_id"],
  clientOf: (row) => row.client_id,
  name: (row) => row.name,
  columns: () => [
    { title: t("admin.name"), cell: (row) => row.name },
    { title: t("admin.url"), cell: (row) => row.url },
    { title: t("list.client"), cell: (row, refs) => named(refs.clients, row.client_id) || t("list.all_clients") },
    {
      title: t("conversations.state"),
      cell: (row) => (row.disabled_at ? <Pill tone="bad">{t("admin.webhook.gave_up")}</Pill> : <Pill tone={row.active ? "ok" : "plain"}>{row.active ? t("admin.active") : t("admin.off")}</Pill>),
    },
  ],
  values: (row, _refs, search) => ({
    name: row?.name ?? "",
    url: row?.url ?? "https://",
    client_id: row ? row.client_id : (search.client_id ?? null),
    kinds: row?.kinds ?? [],
    active: row?.active ?? true,
  }),
  groups: ({ row, refs }) => [
    {
      fields: [
        { kind: "text", name: "name", label: t("admin.name"), required: true, max: 120 },
        { kind: "text", type: "url", name: "url", label: t("admin.url"), hint: t("admin.url.hint"), required: true, max: 2000, pattern: /^https?:\/\/[^\s/]+\S*$/, wrong: t("admin.error.bad_address") },
        { kind: "select", name: "client_id", label: t("list.client"), fixed: true, none: t("list.all_clients"), options: options(refs.clients) },
        { kind: "custom", name: "kinds", label: t("admin.webhook.kinds"), required: true, Control: Kinds as never },
        ...(row ? [{ kind: "check" as const, name: "active" as const, label: t("admin.webhook.active") }] : []),
      ],
    },
  ],
  save: async ({ client_id, active, ...plain }, row) => {
    if (row) return api.patch<Webhook>(`/webhooks/${row.id}`, { ...plain, active, v: row.v });
    const { webhook, secret } = await api.post<WebhookWithSecret>("/webhooks", { ...plain, client_id });
    return { ...webhook, secret };
  },
  remove: (row) => api.delete(`/webhooks/${row.id}`),
  removal: () => t("admin.delete"),
  fieldOf: { "channels.key_taken": "name", "channels.bad_address": "url" },
  Once: ({ row }) => <Secret secret={row.secret ?? ""} about={t("admin.secret.webhook")} />,
  Beside: Deliveries,
};

type Filter = "" | "pending" | "sent" | "failed";

/** What was sent to a program and how it answered; one try, one more try, a new secret. */
function Deliveries({ row }: { row: Webhook }) {
  const t = useT();
  const { engine } = useLive();
  const queries = useQueryClient();
  const [state, setState] = useState<Filter>("");
  const [told, setTold] = useState<string | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const key = ["admin", "/webhooks", row.id, "deliveries"];
  const list = useInfiniteQuery({
    queryKey: [...key, state],
    queryFn: ({ pageParam, signal }) => api.get<Page<WebhookDelivery>>(`/webhooks/${row.id}/deliveries`, { query: { state, cursor: pageParam, limit: 20 }, signal }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: 5_000,
  });
  const act = async (path: string, done: string) => {
    try {
      const answer = await api.post<Partial<WebhookWithSecret>>(`/webhooks/${row.id}/${path}`);
      if (path === "secret") setSecret(answer.secret ?? null);
      say(done);
      setTold(null);
      await queries.invalidateQueries({ queryKey: key });
    } catch (error) {
      setTold(reason(error));
    }
  };
  const sent = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className="card stack" aria-labelledby="admin-sent">
      <h2 id="admin-sent">{t("admin.deliveries")}</h2>
      <div className="row-flex wrap">
        <Button tone="outline" icon="zap" onPress={() => void act("ping", t("admin.ping.done"))}>
          {t("admin.ping")}
        </Button>
        <Button tone="outline" icon="key-round" onPress={() => void act("secret", t("admin.secret.new.done"))}>
          {t("admin.secret.new")}
        </Button>
      </div>
      {secret && <Secret secret={secret} about={t("admin.secret.webhook")} />}
      <p role="alert" className="field-error">
        {told}
      </p>
      <Select label={t("conversations.state")} value={state} onChange={(event) => setState(event.target.value as Filter)}>
        <option value="">{t("admin.delivery.all")}</option>
        <option value="pending">{t("admin.delivery.pending")}</option>
        <option value="sent">{t("admin.delivery.sent")}</option>
        <option value="failed">{t("admin.delivery.failed")}</option>
      </Select>
      {list.data && sent.length === 0 && <Empty icon="send" title={t("admin.deliveries.empty")} />}
      <ul className="stack">
        {sent.map((one) => (
          <li key={one.id} className="stack admin-line">
            <span className="row-flex wrap">
              <code className="grow">{one.kind}</code>
              <Pill tone={one.state === "sent" ? "ok" : one.state === "failed" ? "bad" : "warn"}>
                {t(one.state === "sent" ? "admin.delivery.sent" : one.state === "failed" ? "admin.delivery.failed" : "admin.delivery.pending")}
              </Pill>
            </span>
            <span className="meta num">
              {moment(one.created_at, engine.serverNow())} · {t("admin.delivery.attempts", { n: one.attempts })}
              {one.last_status ? ` · HTTP ${one.last_status}` : ""}
              {one.last_error ? ` · ${one.last_error}` : ""}
            </span>
            {one.state !== "pending" && (
              <div>
                <Button aria-label={t("admin.replay.of", { kind: one.kind })} icon="refresh-cw" onPress={() => void act(`deliveries/${one.id}/replay`, t("admin.replay.done"))}>
                  {t("admin.replay")}
                </Button>
              </div>
            )}
          </li>
        ))}
      </ul>
      {list.hasNextPage && <Button onPress={() => void list.fetchNextPage()}>{t("conversations.more")}</Button>}
    </section>
  );
}
