import { useState } from "react";
import type { AdminChannel, AdminQueue } from "@/api/types";
import { channelName } from "@/channels";
import { t, useT } from "@/i18n";
import { Pill } from "@ui/bits";
import { Button } from "@ui/button";
import { MailboxPanel } from "./mailbox";
import { mailGroups, mailSettings, mailValues, type MailValues } from "./mailbox-fields";
import type { Field, Resource } from "./model";
import { named, options } from "./refs";

interface Values extends MailValues {
  name: string;
  kind: string | null;
  client_id: string | null;
  queue_id: string | null;
  active: boolean;
  brand_name: string;
  color: string;
  phone: string;
  privacy_url: string;
  ask_name: string;
  ask_email: string;
  callback: boolean;
  survey: boolean;
  uploads: boolean;
  full_operator_names: boolean;
  sites: string;
  new_after_days: number;
  answer_closed: boolean;
}

const kindName = (kind: string) => (kind === "external" ? t("admin.channel.external") : channelName(kind));
/** Whether a queue is for what comes in by a kind of channel. */
const serves = (queue: AdminQueue, kind: string | null) => queue.channel === (kind === "external" ? "messaging" : kind);
const text = (row: AdminChannel | null, name: string, otherwise = "") => String(row?.settings[name] ?? otherwise);
const flag = (row: AdminChannel | null, name: string, otherwise: boolean) => Boolean(row?.settings[name] ?? otherwise);
const lines = (typed: string) => typed.split(/\s+/).filter(Boolean);
const site = /^https?:\/\/(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]{1,5})?$/;
const address = /^https?:\/\/\S+$/;

const wishes = () => [
  { value: "no", label: t("admin.ask.no") },
  { value: "optional", label: t("admin.ask.optional") },
  { value: "required", label: t("admin.ask.required") },
];

const chatFields = (): Field<Values>[] => [
  { kind: "text", name: "brand_name", label: t("admin.chat.brand"), hint: t("admin.chat.brand.hint"), max: 80 },
  { kind: "text", type: "color", name: "color", label: t("admin.color") },
  { kind: "text", type: "tel", name: "phone", label: t("admin.phone"), max: 40 },
  { kind: "text", type: "url", name: "privacy_url", label: t("admin.chat.privacy"), pattern: address, wrong: t("admin.error.bad_link") },
  { kind: "select", name: "ask_name", label: t("admin.chat.ask_name"), options: wishes() },
  { kind: "select", name: "ask_email", label: t("admin.chat.ask_email"), options: wishes() },
  { kind: "check", name: "callback", label: t("admin.chat.callback") },
  { kind: "check", name: "survey", label: t("admin.chat.survey") },
  { kind: "check", name: "uploads", label: t("admin.chat.uploads") },
  { kind: "check", name: "full_operator_names", label: t("admin.chat.names") },
  {
    kind: "area", name: "sites", label: t("admin.chat.sites"), hint: t("admin.chat.sites.hint"), rows: 3,
    check: (now) => {
      const bad = lines(now.sites).find((one) => !site.test(one));
      return bad ? t("admin.error.bad_site", { site: bad }) : undefined;
    },
  },
];

const externalFields = (): Field<Values>[] => [
  { kind: "number", name: "new_after_days", label: t("admin.external.new_after"), required: true, min: 0, max: 365 },
  { kind: "check", name: "answer_closed", label: t("admin.external.answer_closed") },
];

/** What the channel has set, without taking away what this form does not show. */
function settingsOf(values: Values, row: AdminChannel | null): Record<string, unknown> {
  if (values.kind === "email") return mailSettings(values, row);
  const kept = { ...row?.settings };
  const put = (name: string, value: unknown) => {
    if (value === "" || value === null) delete kept[name];
    else kept[name] = value;
  };
  if (values.kind === "external") {
    put("new_after_days", values.new_after_days);
    put("answer_closed", values.answer_closed);
    return kept;
  }
  for (const name of ["brand_name", "phone", "privacy_url", "ask_name", "ask_email", "callback", "survey", "uploads", "full_operator_names"] as const) put(name, values[name]);
  put("color", values.color.toLowerCase());
  put("sites", lines(values.sites));
  return kept;
}

function Beside({ row }: { row: AdminChannel }) {
  return row.kind === "email" ? <MailboxPanel row={row} /> : <Embed row={row} />;
}

/** The line that a client's site has to carry. */
export function Embed({ row }: { row: AdminChannel }) {
  const t = useT();
  const [copied, setCopied] = useState(false);
  if (!row.embed) return null;
  const { embed } = row;
  return (
    <section className="card stack" aria-labelledby="admin-embed">
      <h2 id="admin-embed">{t("admin.embed")}</h2>
      <p className="meta">{t("admin.embed.about")}</p>
      <pre className="admin-code" tabIndex={0} role="group" aria-label={t("admin.embed")}>
        {embed}
      </pre>
      <div className="row-flex wrap">
        <Button tone="outline" icon="copy" onPress={() => void navigator.clipboard?.writeText(embed).then(() => setCopied(true))}>
          {copied ? t("codes.copied") : t("admin.copy")}
        </Button>
        <a className="button button-outline" href={`/demo/${row.public_key}`} target="_blank" rel="noreferrer">
          {t("admin.embed.try")}
        </a>
      </div>
      <p className="meta">
        {t("admin.public_key")}: <code>{row.public_key}</code>
      </p>
    </section>
  );
}

export const channels: Resource<AdminChannel, Values> = {
  section: "channels",
  path: "/channels",
  single: true,
  read: "channels.configure",
  write: "channels.configure",
  icon: "message-circle",
  title: () => t("admin.channels"),
  add: () => t("admin.channels.add"),
  empty: () => t("admin.channels.empty"),
  filters: ["client_id"],
  clientOf: (row) => row.client_id,
  name: (row) => row.name,
  columns: () => [
    { title: t("admin.name"), cell: (row) => row.name },
    { title: t("list.client"), cell: (row, refs) => named(refs.clients, row.client_id) },
    { title: t("admin.kind"), cell: (row) => kindName(row.kind) },
    { title: t("floor.queue"), cell: (row, refs) => named(refs.queues, row.queue_id) },
    { title: t("conversations.state"), cell: (row) => <Pill tone={row.active ? "ok" : "plain"}>{row.active ? t("admin.active") : t("admin.off")}</Pill> },
  ],
  values: (row, refs, search) => ({
    ...mailValues(row),
    name: row?.name ?? "",
    kind: row?.kind ?? "webchat",
    client_id: row?.client_id ?? search.client_id ?? (refs.clients.length === 1 ? refs.clients[0]!.id : null),
    queue_id: row?.queue_id ?? null,
    active: row?.active ?? true,
    brand_name: text(row, "brand_name"),
    color: text(row, "color", "#0f6b7a"),
    phone: text(row, "phone"),
    privacy_url: text(row, "privacy_url"),
    ask_name: text(row, "ask_name", "optional"),
    ask_email: text(row, "ask_email", "optional"),
    callback: flag(row, "callback", true),
    // Nobody asked for a mail: of a mailbox it is off until somebody wants it.
    survey: flag(row, "survey", true),
    uploads: flag(row, "uploads", true),
    full_operator_names: flag(row, "full_operator_names", false),
    sites: ((row?.settings.sites as string[] | undefined) ?? []).join("\n"),
    new_after_days: Number(row?.settings.new_after_days ?? 7),
    answer_closed: flag(row, "answer_closed", true),
  }),
  groups: ({ row, values, refs }) => [
    {
      fields: [
        { kind: "text", name: "name", label: t("admin.name"), required: true, max: 120 },
        {
          kind: "select", name: "kind", label: t("admin.kind"), required: true, fixed: true,
          options: ["webchat", "email", "external"].map((value) => ({ value, label: kindName(value) })),
        },
        { kind: "select", name: "client_id", label: t("list.client"), required: true, fixed: true, options: options(refs.clients) },
        {
          kind: "select", name: "queue_id", label: t("floor.queue"), hint: t("admin.channel.queue.hint"), required: true,
          options: options(refs.queues.filter((one) => one.client_id === values.client_id && (serves(one, values.kind) || one.id === row?.queue_id))),
        },
        ...(row ? [{ kind: "check" as const, name: "active" as const, label: t("admin.channel.active") }] : []),
      ],
    },
    ...(values.kind === "email" ? mailGroups(values) : []),
    ...(values.kind === "external"
      ? [{ title: t("admin.channel.external"), fields: externalFields() }]
      : []),
    ...(values.kind === "webchat" ? [{ title: t("admin.chat"), fields: chatFields() }] : []),
  ],
  save: (values, row, via) => {
    const { name, kind, client_id, queue_id, active } = values;
    const settings = settingsOf(values, row);
    return row
      ? via.patch<AdminChannel>(`/channels/${row.id}`, { name, queue_id, active, settings, v: row.v })
      : via.post<AdminChannel>("/channels", { name, kind, client_id, queue_id, settings });
  },
  remove: (row, via) => via.delete(`/channels/${row.id}`),
  removal: () => t("admin.channel.close"),
  fieldOf: { "channels.key_taken": "name" },
  Beside,
};
