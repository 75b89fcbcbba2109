import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { whole } from "@/api/whole";
import type { AdminAccount, AdminOperator, Role, SkillLevel } from "@/api/types";
import { channelName } from "@/channels";
import { Confirm } from "@/confirm";
import { msg, t, useT } from "@/i18n";
import { countryName, day, languageName, ownLanguages } from "@/i18n/format";
import { may, useSession } from "@/session";
import { Pill } from "@ui/bits";
import { Button, IconButton } from "@ui/button";
import { Select, TextField } from "@ui/field";
import { say } from "@ui/toast";
import { Framed } from "./fields";
import type { CustomProps, Resource } from "./model";
import { named, options, refresh, useRefs } from "./refs";
import { reason } from "./refusals";
import type { Via } from "./via";
import { same } from "./form";

type Skills = Record<string, SkillLevel>;
type Capacity = Record<string, number>;

interface Operator {
  display_name: string;
  account_id: string | null;
  team_id: string | null;
  languages: string[];
  place: string | null;
  country: string;
  budget: number;
  capacity: Capacity;
  clients: string[];
  skills: Skills;
}

const skillsInWords = (skills: Skills) => Object.entries(skills).map(([code, { level }]) => `${code} ${level}`).join(", ") || t("admin.nothing");

/** Which skills, how well (1 to 10) and until when they count. */
function SkillLevels({ value, onChange, label, error, disabled }: CustomProps<Skills>) {
  const t = useT();
  const { skills } = useRefs();
  const nameOf = (code: string) => skills.find((one) => one.code === code)?.name ?? code;
  const put = (code: string, next: SkillLevel) => onChange({ ...value, [code]: next });
  const free = skills.filter(({ code }) => !(code in value));
  const without = (code: string) => onChange(Object.fromEntries(Object.entries(value).filter(([one]) => one !== code)));
  return (
    <Framed label={label} error={error}>
      <ul className="stack">
        {Object.entries(value).map(([code, { level, expires_at }]) => (
          <li key={code} className="row-flex wrap" data-field="skills">
            <strong className="admin-skill">{nameOf(code)}</strong>
            <TextField
              label={t("admin.level_of", { skill: nameOf(code) })}
              hideLabel
              type="number"
              min={1}
              max={10}
              disabled={disabled}
              value={String(level)}
              onChange={(event) => put(code, { level: Math.min(10, Math.max(1, event.target.valueAsNumber || 1)), expires_at: expires_at ?? null })}
            />
            <TextField
              label={t("admin.expires_of", { skill: nameOf(code) })}
              hideLabel
              type="date"
              disabled={disabled}
              value={expires_at?.slice(0, 10) ?? ""}
              onChange={(event) => put(code, { level, expires_at: event.target.value ? `${event.target.value}T23:59:59Z` : null })}
            />
            {expires_at && new Date(expires_at) < new Date() && <Pill tone="warn">{t("admin.expired")}</Pill>}
            {!disabled && <IconButton icon="x" label={t("admin.skill.remove", { skill: nameOf(code) })} onPress={() => without(code)} />}
          </li>
        ))}
      </ul>
      {!disabled && free.length > 0 && (
        <Select label={t("admin.skill.add")} hideLabel value="" onChange={(event) => event.target.value && put(event.target.value, { level: 5, expires_at: null })}>
          <option value="">{t("admin.skill.add")}</option>
          {free.map(({ code, name }) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </Select>
      )}
    </Framed>
  );
}

/** How much at once, by channel. */
function Capacities({ value, onChange, label, error, disabled }: CustomProps<Capacity>) {
  return (
    <Framed label={label} error={error}>
      <div className="filters">
        {Object.entries(value).map(([channel, most]) => (
          <TextField
            key={channel}
            label={channelName(channel)}
            type="number"
            min={0}
            max={50}
            disabled={disabled}
            value={String(most)}
            onChange={(event) => onChange({ ...value, [channel]: Math.min(50, Math.max(0, event.target.valueAsNumber || 0)) })}
          />
        ))}
      </div>
    </Framed>
  );
}

/** Which account is this operator's; only who manages accounts can tell. */
function AccountOf({ value, onChange, label, error, disabled }: CustomProps<string | null>) {
  const t = useT();
  const session = useSession();
  const { data } = useQuery({
    queryKey: ["admin", "/accounts", "all"],
    queryFn: ({ signal }) => whole<AdminAccount>("/accounts", { signal }),
    enabled: may(session, "identity.manage_accounts"),
  });
  if (!data) return <p className="meta">{value ? t("admin.account.some") : t("admin.account.none")}</p>;
  return (
    <Select label={label} error={error} name="account_id" disabled={disabled} value={value ?? ""} onChange={(event) => onChange(event.target.value || null)}>
      <option value="">{t("admin.account.none")}</option>
      {data
        .filter((one) => !one.disabled_at)
        .map((one) => (
          <option key={one.id} value={one.id}>
            {one.name} · {one.email}
          </option>
        ))}
    </Select>
  );
}

const levels = (row: AdminOperator | null): Skills =>
  Object.fromEntries(Object.entries(row?.details?.skills ?? {}).map(([code, { level, expires_at }]) => [code, { level, expires_at }]));
const spoken = ["it", "en", "fr", "de", "es", "ro", "ar", "zh", "uk", "sq", "sl"];
const lands = ["IT", "AL", "RO", "BG", "HR", "ES", "FR", "DE", "TN", "MD", "PL", "PT"];
const with_ = (known: string[], own: string[]) => [...new Set([...known, ...own])];
const usual: Capacity = { voice: 1, callback: 1, webchat: 3, messaging: 5, email: 5, task: 5 };

async function saveOperator(values: Operator, row: AdminOperator | null, mayManage: boolean, via: Via): Promise<AdminOperator> {
  const { clients, skills, ...plain } = values;
  if (!row) return via.post<AdminOperator>("/operators", values);
  let saved = row;
  const { details } = row;
  const before = { display_name: row.display_name, account_id: details?.account_id ?? null, team_id: row.team_id, languages: row.languages, place: details?.place ?? null, country: details?.country ?? "", budget: details?.budget ?? 0, capacity: details?.capacity ?? {} };
  if (mayManage && !same(plain, before)) saved = await via.patch<AdminOperator>(`/operators/${row.id}`, { ...plain, v: row.v });
  if (mayManage && !same([...clients].sort(), [...row.clients].sort())) saved = await via.put<AdminOperator>(`/operators/${row.id}/clients`, { clients, v: saved.v });
  if (!same(skills, levels(row))) saved = await via.put<AdminOperator>(`/operators/${row.id}/skills`, { skills, v: saved.v });
  return saved;
}

export const operators: Resource<AdminOperator, Operator> = {
  section: "people",
  path: "/operators",
  single: true,
  searched: true,
  read: "people.manage",
  write: "people.manage",
  icon: "user",
  title: () => t("admin.operators"),
  add: () => t("admin.operators.add"),
  empty: () => t("admin.operators.empty"),
  filters: ["client_id", "team_id", "skill"],
  name: (row) => row.display_name,
  columns: () => [
    { title: t("admin.name"), cell: (row) => row.display_name },
    { title: t("admin.team"), cell: (row) => row.team ?? "–" },
    { title: t("admin.clients"), cell: (row, refs) => row.clients.map((id) => named(refs.clients, id)).join(", ") || "–" },
    { title: t("admin.skills"), cell: (row) => Object.entries(row.details?.skills ?? {}).map(([code, one]) => `${code} ${one.level}${one.counts ? "" : "†"}`).join(", ") || "–" },
    { title: t("admin.place"), cell: (row) => (row.details ? t(row.details.place === "home" ? msg("admin.place.home") : msg("admin.place.site")) : "–") },
  ],
  values: (row, refs, search) => ({
    display_name: row?.display_name ?? "",
    account_id: row?.details?.account_id ?? null,
    team_id: row?.team_id ?? search.team_id ?? null,
    languages: row?.languages ?? ["it"],
    place: row?.details?.place ?? "site",
    country: row?.details?.country ?? "IT",
    budget: row?.details?.budget ?? 100,
    capacity: row?.details?.capacity ?? usual,
    clients: row?.clients ?? (refs.clients.length === 1 ? [refs.clients[0]!.id] : []),
    skills: levels(row),
  }),
  groups: ({ values, refs }) => [
    {
      fields: [
        { kind: "text", name: "display_name", label: t("admin.name"), required: true, max: 200 },
        { kind: "custom", name: "account_id", label: t("admin.account"), Control: AccountOf as never },
        { kind: "select", name: "team_id", label: t("admin.team"), none: t("admin.team.none"), options: options(refs.teams) },
        { kind: "checks", name: "clients", label: t("admin.clients"), hint: t("admin.operator.clients.hint"), options: options(refs.clients) },
        { kind: "custom", name: "skills", label: t("admin.skills.levels"), Control: SkillLevels as never, say: skillsInWords as never },
      ],
    },
    {
      title: t("admin.work"),
      fields: [
        { kind: "checks", name: "languages", label: t("admin.languages"), required: true, options: with_(spoken, values.languages).map((code) => ({ value: code, label: languageName(code) })) },
        { kind: "select", name: "place", label: t("admin.place"), required: true, options: ["site", "home"].map((value) => ({ value, label: t(value === "home" ? msg("admin.place.home") : msg("admin.place.site")) })) },
        { kind: "select", name: "country", label: t("admin.country"), required: true, options: with_(lands, [values.country]).map((code) => ({ value: code, label: countryName(code) })) },
        { kind: "custom", name: "capacity", label: t("admin.capacity"), Control: Capacities as never },
        { kind: "number", name: "budget", label: t("admin.budget"), hint: t("admin.budget.hint"), required: true, min: 1, max: 1000 },
      ],
    },
  ],
  save: (values, row, via) => saveOperator(values, row, true, via),
  remove: (row, via) => via.delete(`/operators/${row.id}`),
  removal: () => t("admin.operator.let_go"),
  fieldOf: { "people.account_taken": "account_id", "people.no_client": "clients" },
};

/** What whoever assigns skills, and nothing else, changes of an operator. */
export const assigned: Resource<AdminOperator, Operator> = {
  ...withoutAdd(operators),
  read: "people.assign_skills",
  write: "people.assign_skills",
  groups: (context) => [{ fields: operators.groups(context)[0]!.fields.filter(({ name }) => name === "skills") }],
  save: (values, row, via) => saveOperator(values, row, false, via),
};

function withoutAdd<R extends AdminOperator, V extends object>({ add: _add, remove: _remove, ...rest }: Resource<R, V>): Resource<R, V> {
  return rest;
}

interface Account {
  name: string;
  email: string;
  locale: string | null;
  roles: Role[];
  everything: boolean;
  clients: string[];
  disabled: boolean;
}

export const roleNames: Record<Role, string> = {
  operator: msg("admin.role.operator"),
  team_leader: msg("admin.role.team_leader"),
  planner: msg("admin.role.planner"),
  knowledge: msg("admin.role.knowledge"),
  configurator: msg("admin.role.configurator"),
  analyst: msg("admin.role.analyst"),
  client: msg("admin.role.client"),
  privacy: msg("admin.role.privacy"),
  admin: msg("admin.role.admin"),
};
const roleOptions = () => Object.entries(roleNames).map(([value, label]) => ({ value, label: t(label) }));

export const accounts: Resource<AdminAccount, Account> = {
  section: "accounts",
  path: "/accounts",
  single: true,
  read: "identity.manage_accounts",
  write: "identity.manage_accounts",
  icon: "key-round",
  title: () => t("admin.accounts"),
  add: () => t("admin.accounts.add"),
  empty: () => t("admin.accounts.empty"),
  name: (row) => row.name,
  columns: () => [
    { title: t("admin.name"), cell: (row) => row.name },
    { title: t("admin.email"), cell: (row) => row.email },
    { title: t("admin.roles"), cell: (row) => row.roles.map((role) => t(roleNames[role as Role])).join(", ") },
    {
      title: t("conversations.state"),
      cell: (row) =>
        row.disabled_at ? <Pill tone="bad">{t("admin.account.disabled")}</Pill> : row.invited ? <Pill tone="warn">{t("admin.account.invited")}</Pill> : <Pill tone="ok">{t("admin.active")}</Pill>,
    },
    { title: t("admin.since"), cell: (row) => day(row.created_at), num: true },
  ],
  values: (row) => ({
    name: row?.name ?? "",
    email: row?.email ?? "",
    locale: row?.locale ?? "it",
    roles: (row?.roles as Role[] | undefined) ?? ["operator"],
    everything: row ? row.clients === null : true,
    clients: row?.clients ?? [],
    disabled: row?.disabled_at != null,
  }),
  groups: ({ row, values, refs }) => [
    {
      fields: [
        { kind: "text", name: "name", label: t("admin.name"), required: true, max: 200 },
        {
          kind: "text", type: "email", name: "email", label: t("admin.email"), hint: row ? undefined : t("admin.email.hint"), required: true, fixed: true, max: 320,
          pattern: /^[^@\s<>,;"]+@[^@\s<>,;"]+$/, wrong: t("admin.error.bad_email"),
        },
        { kind: "select", name: "locale", label: t("language.title"), required: true, options: ownLanguages() },
        { kind: "checks", name: "roles", label: t("admin.roles"), required: true, options: roleOptions() },
        { kind: "check", name: "everything", label: t("admin.account.all_clients") },
        ...(values.everything
          ? []
          : [{ kind: "checks" as const, name: "clients" as const, label: t("admin.account.clients"), required: true, options: options(refs.clients) }]),
        ...(row ? [{ kind: "check" as const, name: "disabled" as const, label: t("admin.account.disable"), hint: t("admin.account.disable.hint") }] : []),
      ],
    },
  ],
  save: ({ everything: all, clients, email, disabled, ...plain }, row) => {
    const scope = { clients: all ? null : clients };
    return row
      ? api.patch<AdminAccount>(`/accounts/${row.id}`, { ...plain, ...scope, disabled, v: row.v })
      : api.post<AdminAccount>("/accounts", { ...plain, ...scope, email });
  },
  fieldOf: { "identity.email_taken": "email", "identity.bad_email": "email", "identity.client_unnamed": "clients", "identity.last_admin": "roles" },
  Beside: AccountActions,
};

/** Lets somebody who lost their phone in with the password alone, once it is said again. */
function DropCodes({ row }: { row: AdminAccount }) {
  const t = useT();
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const drop = async () => {
    await api.delete(`/accounts/${row.id}/totp`);
    await refresh(queries);
    say(t("admin.access.codes_dropped"));
  };
  return (
    <>
      <Button tone="danger" onPress={() => setOpen(true)}>
        {t("admin.access.drop_codes")}
      </Button>
      {open && (
        <Confirm
          title={t("admin.access.drop_codes.title", { name: row.name })}
          word={t("admin.access.drop_codes")}
          act={drop}
          words={reason}
          onClose={() => setOpen(false)}
        >
          <p>{t("admin.access.drop_codes.about", { email: row.email })}</p>
        </Confirm>
      )}
    </>
  );
}

/** What can be done to an account beside its fields: invite again, sign out everywhere, drop codes. */
function AccountActions({ row }: { row: AdminAccount }) {
  const t = useT();
  const [told, setTold] = useState<string | null>(null);
  const act = async (doing: Promise<unknown>, done: string) => {
    try {
      await doing;
      say(done);
      setTold(null);
    } catch (error) {
      setTold(reason(error));
    }
  };
  return (
    <section className="card stack" aria-labelledby="admin-access">
      <h2 id="admin-access">{t("admin.access")}</h2>
      <p className="meta">{row.has_totp ? t("admin.access.codes_on") : t("admin.access.codes_off")}</p>
      <div className="row-flex wrap">
        <Button tone="outline" icon="mail" onPress={() => void act(api.post(`/accounts/${row.id}/invitation`), t("admin.access.invited", { email: row.email }))}>
          {row.invited ? t("admin.access.invite_again") : t("admin.access.new_password")}
        </Button>
        <Button tone="outline" icon="log-out" onPress={() => void act(api.delete(`/accounts/${row.id}/sessions`), t("admin.access.signed_out"))}>
          {t("admin.access.sign_out")}
        </Button>
        {row.has_totp && <DropCodes row={row} />}
      </div>
      <p role="alert" className="field-error">
        {told}
      </p>
    </section>
  );
}
