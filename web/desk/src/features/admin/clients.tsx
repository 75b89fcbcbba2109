import type { AdminClient } from "@/api/types";
import { msg, t } from "@/i18n";
import type { Resource } from "./model";
import { named, options } from "./refs";

interface Values {
  name: string;
  legal_name: string;
  sector: string;
  color: string;
  email: string;
  phone: string;
  site: string;
  address: string;
  default_calendar_id: string | null;
}

const sectors: Record<string, string> = {
  energy: msg("admin.sector.energy"),
  water: msg("admin.sector.water"),
  telecom: msg("admin.sector.telecom"),
  health: msg("admin.sector.health"),
  public: msg("admin.sector.public"),
  transport: msg("admin.sector.transport"),
  finance: msg("admin.sector.finance"),
  retail: msg("admin.sector.retail"),
  other: msg("admin.sector.other"),
};

/** The sectors to choose from; one that was set elsewhere stays as it is. */
function sectorsWith(own: string) {
  const known = Object.entries(sectors).map(([value, label]) => ({ value, label: t(label) }));
  return own && !(own in sectors) ? [...known, { value: own, label: own }] : known;
}

const reach = (row: AdminClient | null, name: string) => String(row?.reach[name] ?? "");

export const clients: Resource<AdminClient, Values> = {
  section: "clients",
  path: "/clients",
  single: true,
  read: "tenancy.configure",
  write: "tenancy.configure",
  icon: "building-2",
  title: () => t("admin.clients"),
  add: () => t("admin.clients.add"),
  empty: () => t("admin.clients.empty"),
  name: (row) => row.name,
  columns: () => [
    { title: t("admin.name"), cell: (row) => row.name },
    { title: t("admin.legal_name"), cell: (row) => row.legal_name },
    { title: t("admin.sector"), cell: (row) => t(sectors[row.sector] ?? row.sector) },
    { title: t("admin.calendar"), cell: (row, refs) => named(refs.calendars, row.default_calendar_id) || "–" },
  ],
  values: (row) => ({
    name: row?.name ?? "",
    legal_name: row?.legal_name ?? "",
    sector: row?.sector ?? "other",
    color: row?.color ?? "#0f6b7a",
    email: reach(row, "email"),
    phone: reach(row, "phone"),
    site: reach(row, "site"),
    address: reach(row, "address"),
    default_calendar_id: row?.default_calendar_id ?? null,
  }),
  groups: ({ row, values, refs }) => [
    {
      fields: [
        { kind: "text", name: "name", label: t("admin.name"), required: true, max: 200 },
        { kind: "text", name: "legal_name", label: t("admin.legal_name"), max: 200 },
        { kind: "select", name: "sector", label: t("admin.sector"), options: sectorsWith(values.sector) },
        { kind: "text", type: "color", name: "color", label: t("admin.color"), hint: t("admin.color.hint") },
        ...(row
          ? [{ kind: "select" as const, name: "default_calendar_id" as const, label: t("admin.calendar"), none: t("admin.calendar.none"), options: options(refs.calendars) }]
          : []),
      ],
    },
    {
      title: t("admin.reach"),
      about: t("admin.reach.about"),
      fields: [
        { kind: "text", type: "email", name: "email", label: t("admin.email"), max: 200 },
        { kind: "text", type: "tel", name: "phone", label: t("admin.phone"), max: 200 },
        { kind: "text", type: "url", name: "site", label: t("admin.site"), max: 200 },
        { kind: "text", name: "address", label: t("admin.address"), max: 200 },
      ],
    },
  ],
  save: ({ email, phone, site, address, default_calendar_id, ...plain }, row, via) => {
    const given = Object.entries({ email, phone, site, address }).filter(([, value]) => value.trim());
    const body = { ...plain, reach: Object.fromEntries(given) };
    return row
      ? via.patch<AdminClient>(`/clients/${row.id}`, { ...body, default_calendar_id, v: row.v })
      : via.post<AdminClient>("/clients", body);
  },
  remove: (row, via) => via.delete(`/clients/${row.id}`),
  fieldOf: { "tenancy.name_taken": "name" },
};
