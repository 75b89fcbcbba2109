import type { Canned, Reason } from "@/api/types";
import { t } from "@/i18n";
import { languageName } from "@/i18n/format";
import type { Resource } from "./model";
import { named, options } from "./refs";

interface CannedValues {
  key: string;
  title: string;
  text: string;
  client_id: string | null;
  language: string | null;
}

const languages = ["it", "en", "fr", "de", "es"];
const everyClient = () => t("list.all_clients");

export const canned: Resource<Canned, CannedValues> = {
  section: "canned",
  path: "/canned",
  read: "conversations.configure_canned",
  write: "conversations.configure_canned",
  icon: "message-square-text",
  title: () => t("admin.canned"),
  add: () => t("admin.canned.add"),
  empty: () => t("admin.canned.empty"),
  filters: ["client_id"],
  clientOf: (row) => row.client_id,
  name: (row) => row.title,
  columns: () => [
    { title: t("admin.canned.title"), cell: (row) => row.title },
    { title: t("admin.canned.key"), cell: (row) => `/${row.key}` },
    { title: t("list.client"), cell: (row, refs) => named(refs.clients, row.client_id) || everyClient() },
    { title: t("language.title"), cell: (row) => (row.language ? languageName(row.language) : "–") },
    { title: t("admin.canned.text"), cell: (row) => (row.text.length > 60 ? `${row.text.slice(0, 60)}…` : row.text) },
  ],
  values: (row, _refs, search) => ({
    key: row?.key ?? "",
    title: row?.title ?? "",
    text: row?.text ?? "",
    client_id: row ? row.client_id : (search.client_id ?? null),
    language: row ? row.language : "it",
  }),
  groups: ({ refs }) => [
    {
      fields: [
        { kind: "text", name: "title", label: t("admin.canned.title"), required: true, max: 200 },
        { kind: "text", name: "key", label: t("admin.canned.key"), hint: t("admin.canned.key.hint"), required: true, max: 60 },
        { kind: "area", name: "text", label: t("admin.canned.text"), hint: t("admin.canned.text.hint"), required: true, max: 10_000, rows: 8 },
        { kind: "select", name: "client_id", label: t("list.client"), none: everyClient(), options: options(refs.clients) },
        { kind: "select", name: "language", label: t("language.title"), none: t("admin.any_language"), options: languages.map((code) => ({ value: code, label: languageName(code) })) },
      ],
    },
  ],
  save: (values, row, via) =>
    row ? via.put<Canned>(`/canned/${row.id}`, { ...values, v: row.v }) : via.post<Canned>("/canned", values),
  remove: (row, via) => via.delete(`/canned/${row.id}`),
  fieldOf: { "conversations.name_taken": "key", "conversations.unknown_variable": "text" },
};

interface ReasonValues {
  name: string;
  parent_id: string | null;
  client_id: string | null;
  position: number;
}

/** Each reason of the first level, followed by those below it. */
function byLevels(rows: Reason[]): Reason[] {
  const order = (one: Reason, other: Reason) => one.position - other.position || one.name.localeCompare(other.name);
  const known = new Set(rows.map(({ id }) => id));
  const tops = rows.filter(({ parent_id }) => !parent_id || !known.has(parent_id)).sort(order);
  return tops.flatMap((top) => [top, ...rows.filter(({ parent_id }) => parent_id === top.id).sort(order)]);
}

export const reasons: Resource<Reason, ReasonValues> = {
  section: "reasons",
  path: "/reasons",
  read: "conversations.configure",
  write: "conversations.configure",
  icon: "tag",
  title: () => t("admin.reasons"),
  add: () => t("admin.reasons.add"),
  empty: () => t("admin.reasons.empty"),
  filters: ["client_id"],
  clientOf: (row) => row.client_id,
  arranged: byLevels,
  name: (row) => row.name,
  columns: () => [
    { title: t("admin.name"), cell: (row) => (row.parent_id ? `— ${row.name}` : row.name) },
    { title: t("admin.reason.level"), cell: (row) => (row.parent_id ? t("admin.reason.second") : t("admin.reason.first")) },
    { title: t("list.client"), cell: (row, refs) => named(refs.clients, row.client_id) || everyClient() },
    { title: t("admin.position"), cell: (row) => String(row.position), num: true },
  ],
  values: (row, _refs, search) => ({
    name: row?.name ?? "",
    parent_id: row?.parent_id ?? null,
    client_id: row ? row.client_id : (search.client_id ?? null),
    position: row?.position ?? 0,
  }),
  groups: ({ values, refs, rows }) => [
    {
      fields: [
        { kind: "text", name: "name", label: t("admin.name"), required: true, max: 200 },
        { kind: "select", name: "client_id", label: t("list.client"), fixed: true, none: everyClient(), options: options(refs.clients) },
        {
          kind: "select", name: "parent_id", label: t("admin.reason.below"), fixed: true, none: t("admin.reason.none"),
          options: options(rows.filter((one) => !one.parent_id && one.client_id === values.client_id)),
        },
        { kind: "number", name: "position", label: t("admin.position"), hint: t("admin.position.hint"), required: true, min: 0, max: 10_000 },
      ],
    },
  ],
  save: ({ name, position, ...rest }, row, via) =>
    row ? via.put<Reason>(`/reasons/${row.id}`, { name, position }) : via.post<Reason>("/reasons", { name, position, ...rest }),
  remove: (row, via) => via.delete(`/reasons/${row.id}`),
  fieldOf: { "conversations.name_taken": "name", "conversations.bad_reasons": "parent_id" },
};
