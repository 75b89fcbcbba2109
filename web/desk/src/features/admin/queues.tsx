import { useId } from "react";
import type { AdminQueue, Ring, Skill } from "@/api/types";
import { channelName } from "@/channels";
import { t, useT } from "@/i18n";
import { share, stopwatch } from "@/i18n/format";
import { Button, IconButton } from "@ui/button";
import { Select, TextField } from "@ui/field";
import { Framed } from "./fields";
import type { CustomProps, Resource } from "./model";
import { named, options, useRefs } from "./refs";

interface Values {
  name: string;
  client_id: string | null;
  channel: string | null;
  priority: number;
  calendar_id: string | null;
  target_share: number;
  target_s: number;
  rings: Ring[];
  offer_timeout_s: number;
  wrap_up_s: number;
  long_work_s: number;
  overflow_queue_id: string | null;
  overflow_after_s: number | null;
  eu_only: boolean;
  message: string;
}

const kinds = ["webchat", "voice", "email", "task", "messaging", "callback"];
const channelOptions = () => kinds.map((value) => ({ value, label: channelName(value) }));

function ringsInWords(rings: Ring[]): string {
  return rings
    .map((ring) => `${stopwatch(ring.after_s)} → ${(ring.needs ?? []).map(([code, level]) => `${code} ${level}`).join(" + ") || t("admin.everybody")}`)
    .join("; ");
}

function ringsWrong(rings: Ring[]): string | undefined {
  if (rings.length === 0) return t("admin.ring.one");
  if (rings.some((ring, at) => Number.isNaN(ring.after_s) || (at > 0 && ring.after_s <= rings[at - 1]!.after_s))) return t("admin.ring.order");
  return rings[0]!.after_s === 0 ? undefined : t("admin.ring.first");
}

/** Who may answer: first the best suited, after some waiting others too. */
function Rings({ value, onChange, label, error, disabled }: CustomProps<Ring[]>) {
  const t = useT();
  const { skills } = useRefs();
  const put = (at: number, ring: Ring) => onChange(value.map((one, index) => (index === at ? ring : one)));
  return (
    <Framed label={label} hint={t("admin.rings.hint")} error={error}>
      <ol className="stack">
        {value.map((ring, at) => (
          <li key={at} className="admin-ring row-flex wrap" data-field="rings">
            <TextField
              label={t("admin.ring.after")}
              type="number"
              min={0}
              disabled={disabled || at === 0}
              value={Number.isNaN(ring.after_s) ? "" : String(ring.after_s)}
              onChange={(event) => put(at, { ...ring, after_s: event.target.valueAsNumber })}
            />
            <Needs ring={ring} skills={skills} disabled={disabled} onChange={(next) => put(at, next)} />
            {!disabled && value.length > 1 && at > 0 && (
              <IconButton icon="x" label={t("admin.ring.remove", { n: at + 1 })} onPress={() => onChange(value.filter((_, index) => index !== at))} />
            )}
          </li>
        ))}
      </ol>
      {!disabled && value.length < 6 && (
        <div>
          <Button icon="plus" onPress={() => onChange([...value, { after_s: (value.at(-1)?.after_s ?? 0) + 30, needs: [] }])}>
            {t("admin.ring.add")}
          </Button>
        </div>
      )}
    </Framed>
  );
}

interface NeedsProps {
  ring: Ring;
  skills: Skill[];
  disabled: boolean;
  onChange: (ring: Ring) => void;
}

/** The skills that one circle asks for, all of them together. */
function Needs({ ring, skills, disabled, onChange }: NeedsProps) {
  const t = useT();
  const id = useId();
  const needs = ring.needs ?? [];
  const nameOf = (code: string) => skills.find((one) => one.code === code)?.name ?? code;
  const free = skills.filter(({ code }) => !needs.some(([taken]) => taken === code));
  return (
    <div className="row-flex wrap grow" role="group" aria-labelledby={id}>
      <span id={id} className="label">
        {t("admin.ring.needs")}
      </span>
      {needs.length === 0 && <span className="meta">{t("admin.everybody")}</span>}
      {needs.map(([code, level], at) => (
        <span key={code} className="chip">
          {nameOf(code)}
          <input
            className="input admin-level"
            type="number"
            min={1}
            max={10}
            aria-label={t("admin.level_of", { skill: nameOf(code) })}
            disabled={disabled}
            value={level}
            onChange={(event) =>
              onChange({ ...ring, needs: needs.map((one, index) => (index === at ? [code, Math.min(10, Math.max(1, event.target.valueAsNumber || 1))] : one)) })
            }
          />
          {!disabled && (
            <IconButton icon="x" label={t("admin.skill.remove", { skill: nameOf(code) })} onPress={() => onChange({ ...ring, needs: needs.filter((_, index) => index !== at) })} />
          )}
        </span>
      ))}
      {!disabled && free.length > 0 && (
        <Select
          label={t("admin.skill.add")}
          hideLabel
          value=""
          onChange={(event) => event.target.value && onChange({ ...ring, needs: [...needs, [event.target.value, 1]] })}
        >
          <option value="">{t("admin.skill.add")}</option>
          {free.map(({ code, name }) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </Select>
      )}
    </div>
  );
}

export const queues: Resource<AdminQueue, Values> = {
  section: "queues",
  path: "/queues",
  single: true,
  read: "routing.configure",
  write: "routing.configure",
  icon: "inbox",
  title: () => t("admin.queues"),
  add: () => t("admin.queues.add"),
  empty: () => t("admin.queues.empty"),
  filters: ["client_id"],
  clientOf: (row) => row.client_id,
  name: (row) => row.name,
  columns: () => [
    { title: t("admin.name"), cell: (row) => row.name },
    { title: t("list.client"), cell: (row, refs) => named(refs.clients, row.client_id) },
    { title: t("admin.channel"), cell: (row) => channelName(row.channel) },
    { title: t("admin.target"), cell: (row) => t("admin.target.short", { share: share(row.target_share), time: stopwatch(row.target_s) }), num: true },
    { title: t("admin.calendar"), cell: (row, refs) => named(refs.calendars, row.calendar_id) || "–" },
  ],
  values: (row, refs, search) => ({
    name: row?.name ?? "",
    client_id: row?.client_id ?? search.client_id ?? (refs.clients.length === 1 ? refs.clients[0]!.id : null),
    channel: row?.channel ?? "webchat",
    priority: row?.priority ?? 0,
    calendar_id: row?.calendar_id ?? null,
    target_share: Math.round((row?.target_share ?? 0.8) * 1000) / 10,
    target_s: row?.target_s ?? 60,
    rings: (row?.rings as Ring[] | undefined) ?? [{ after_s: 0, needs: [] }],
    offer_timeout_s: row?.offer_timeout_s ?? 20,
    wrap_up_s: row?.wrap_up_s ?? 60,
    long_work_s: row?.long_work_s ?? 600,
    overflow_queue_id: row?.overflow_queue_id ?? null,
    overflow_after_s: row?.overflow_after_s ?? null,
    eu_only: row?.eu_only ?? false,
    message: row?.message ?? "",
  }),
  groups: ({ row, values, refs, rows }) => {
    const others = (rows.length > 0 ? rows : refs.queues).filter((one) => one.id !== row?.id && one.client_id === values.client_id && one.channel === values.channel);
    return [
      {
        fields: [
          { kind: "text", name: "name", label: t("admin.name"), required: true, max: 120 },
          { kind: "select", name: "client_id", label: t("list.client"), required: true, fixed: true, options: options(refs.clients) },
          { kind: "select", name: "channel", label: t("admin.channel"), required: true, fixed: true, options: channelOptions() },
          { kind: "select", name: "calendar_id", label: t("admin.calendar"), none: t("admin.calendar.of_client"), options: options(refs.calendars) },
          { kind: "number", name: "priority", label: t("admin.priority"), hint: t("admin.priority.hint"), required: true, min: -10, max: 10 },
        ],
      },
      {
        title: t("admin.target"),
        about: t("admin.target.about"),
        fields: [
          { kind: "number", name: "target_share", label: t("admin.target.share"), unit: "%", required: true, min: 0, max: 100, step: 0.1 },
          { kind: "number", name: "target_s", label: t("admin.target.within"), unit: t("admin.seconds"), required: true, min: 1, max: 2_592_000 },
        ],
      },
      {
        title: t("admin.rings"),
        fields: [
          { kind: "custom", name: "rings", label: t("admin.rings.who"), Control: Rings as never, check: (now) => ringsWrong(now.rings), say: ringsInWords as never },
          { kind: "check", name: "eu_only", label: t("admin.eu_only"), hint: t("admin.eu_only.hint") },
        ],
      },
      {
        title: t("admin.overflow"),
        fields: [
          { kind: "select", name: "overflow_queue_id", label: t("admin.overflow.queue"), none: t("admin.overflow.none"), options: options(others) },
          {
            kind: "number", name: "overflow_after_s", label: t("admin.overflow.after"), unit: t("admin.seconds"), min: 1, max: 604_800,
            check: (now) => (now.overflow_queue_id && !now.overflow_after_s ? t("admin.overflow.needs_time") : undefined),
          },
        ],
      },
      {
        title: t("admin.times"),
        fields: [
          { kind: "number", name: "offer_timeout_s", label: t("admin.offer_timeout"), unit: t("admin.seconds"), required: true, min: 3, max: 600 },
          { kind: "number", name: "wrap_up_s", label: t("admin.wrap_up"), unit: t("admin.seconds"), required: true, min: 0, max: 86_400 },
          { kind: "number", name: "long_work_s", label: t("admin.long_work"), unit: t("admin.seconds"), required: true, min: 0, max: 86_400 },
          { kind: "area", name: "message", label: t("admin.queue_message"), hint: t("admin.queue_message.hint"), max: 1000, rows: 2 },
        ],
      },
    ];
  },
  save: ({ client_id, channel, target_share, ...rules }, row, via) => {
    const overflow_after_s = rules.overflow_queue_id ? rules.overflow_after_s : null;
    const body = { ...rules, overflow_after_s, target_share: target_share / 100 };
    return row
      ? via.patch<AdminQueue>(`/queues/${row.id}`, { ...body, v: row.v })
      : via.post<AdminQueue>("/queues", { ...body, client_id, channel });
  },
  remove: (row, via) => via.delete(`/queues/${row.id}`),
  fieldOf: { "routing.name_taken": "name" },
};
