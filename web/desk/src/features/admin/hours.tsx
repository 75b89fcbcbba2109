import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import type { Calendar, HoursBody, Opening } from "@/api/types";
import { msg, t, useT } from "@/i18n";
import { longDay, moment } from "@/i18n/format";
import { useLive } from "@/live/react";
import { Pill } from "@ui/bits";
import { Button, IconButton } from "@ui/button";
import { TextField } from "@ui/field";
import { Framed } from "./fields";
import { daysOff } from "./holidays";
import type { CustomProps, Resource } from "./model";
import { named, options } from "./refs";

export type Span = [string, string];
type Week = Record<string, Span[]>;

interface Values {
  name: string;
  client_id: string | null;
  timezone: string;
  weekly: Week;
  italian_holidays: boolean;
  patron: string;
  exceptions: Week;
}

export const weekdays: Record<string, string> = {
  mon: msg("admin.day.mon"),
  tue: msg("admin.day.tue"),
  wed: msg("admin.day.wed"),
  thu: msg("admin.day.thu"),
  fri: msg("admin.day.fri"),
  sat: msg("admin.day.sat"),
  sun: msg("admin.day.sun"),
};
const working = ["mon", "tue", "wed", "thu", "fri"];
const week = (days: string[], spans: Span[]): Week => Object.fromEntries(days.map((name) => [name, spans]));

/** Hours to begin with. */
export const templates: { id: string; label: string; weekly: Week; holidays: boolean }[] = [
  { id: "office", label: msg("admin.hours.office"), weekly: week(working, [["09:00", "18:00"]]), holidays: true },
  { id: "counter", label: msg("admin.hours.counter"), weekly: { ...week(working, [["08:30", "13:00"]]), tue: [["08:30", "13:00"], ["14:30", "17:00"]], thu: [["08:30", "13:00"], ["14:30", "17:00"]] }, holidays: true },
  { id: "long", label: msg("admin.hours.long"), weekly: week([...working, "sat"], [["08:00", "20:00"]]), holidays: true },
  { id: "always", label: msg("admin.hours.always"), weekly: week(Object.keys(weekdays), [["00:00", "24:00"]]), holidays: false },
];

const spansInWords = (spans: Span[]) => spans.map(([from, to]) => `${from}–${to}`).join(", ") || t("admin.closed");
const weekInWords = (value: Week) => Object.keys(value).filter((name) => value[name]!.length > 0).map((name) => `${weekdays[name] ? t(weekdays[name]) : name} ${spansInWords(value[name]!)}`).join("; ") || t("admin.closed");

const time = /^([01]\d|2[0-3]):[0-5]\d$|^24:00$/;

/** What is wrong with the openings of one day. */
export function wrongSpans(spans: Span[]): string | undefined {
  if (spans.some(([from, to]) => !time.test(from) || !time.test(to))) return t("admin.hours.bad_time");
  if (spans.some(([from, to]) => from >= to)) return t("admin.hours.backwards");
  const sorted = [...spans].sort(([one], [other]) => one.localeCompare(other));
  return sorted.some(([from], at) => at > 0 && from < sorted[at - 1]![1]) ? t("admin.hours.overlap") : undefined;
}

function wrongWeek(value: Week): string | undefined {
  for (const [name, spans] of Object.entries(value)) {
    const wrong = wrongSpans(spans);
    if (wrong) return `${weekdays[name] ? t(weekdays[name]) : name}: ${wrong}`;
  }
  return undefined;
}

interface SpansProps {
  title: string;
  spans: Span[];
  disabled: boolean;
  onChange: (next: Span[]) => void;
}

/** The openings of one day. */
function Spans({ title, spans, disabled, onChange }: SpansProps) {
  const t = useT();
  const put = (at: number, next: Span) => onChange(spans.map((one, index) => (index === at ? next : one)));
  return (
    <div className="admin-day row-flex wrap" role="group" aria-label={title}>
      <span className="admin-day-name">{title}</span>
      {spans.length === 0 && <span className="meta">{t("admin.closed")}</span>}
      {spans.map(([from, to], at) => (
        <span key={at} className="row-flex">
          <TextField label={t("admin.from_of", { day: title })} hideLabel disabled={disabled} placeholder="09:00" maxLength={5} value={from} onChange={(event) => put(at, [event.target.value, to])} />
          <span aria-hidden="true">–</span>
          <TextField label={t("admin.to_of", { day: title })} hideLabel disabled={disabled} placeholder="18:00" maxLength={5} value={to} onChange={(event) => put(at, [from, event.target.value])} />
          {!disabled && <IconButton icon="x" label={t("admin.hours.remove", { day: title })} onPress={() => onChange(spans.filter((_, index) => index !== at))} />}
        </span>
      ))}
      {!disabled && (
        <IconButton icon="plus" label={t("admin.hours.add", { day: title })} onPress={() => onChange([...spans, spans.length > 0 ? ["14:00", "18:00"] : ["09:00", "18:00"]])} />
      )}
    </div>
  );
}

function WeekHours({ value, onChange, label, error, disabled }: CustomProps<Week>) {
  const t = useT();
  return (
    <Framed label={label} hint={t("admin.hours.hint")} error={error}>
      {!disabled && (
        <div className="row-flex wrap">
          {templates.map(({ id, label: name, weekly }) => (
            <Button key={id} tone="outline" onPress={() => onChange(weekly)}>
              {t(name)}
            </Button>
          ))}
        </div>
      )}
      <div data-field="weekly">
        {Object.entries(weekdays).map(([name, title]) => (
          <Spans key={name} title={t(title)} spans={value[name] ?? []} disabled={disabled} onChange={(next) => onChange({ ...value, [name]: next })} />
        ))}
      </div>
    </Framed>
  );
}

/** Days that are not as their weekday: closed, or open at other hours. They win over holidays. */
function Exceptions({ value, onChange, label, error, disabled }: CustomProps<Week>) {
  const t = useT();
  const [date, setDate] = useState("");
  return (
    <Framed label={label} hint={t("admin.exceptions.hint")} error={error}>
      <div data-field="exceptions">
        {Object.keys(value)
          .sort()
          .map((name) => (
            <div key={name} className="row-flex wrap">
              <Spans title={longDay(`${name}T12:00:00`) + ` ${name.slice(0, 4)}`} spans={value[name] ?? []} disabled={disabled} onChange={(next) => onChange({ ...value, [name]: next })} />
              {!disabled && (
                <Button onPress={() => onChange(Object.fromEntries(Object.entries(value).filter(([one]) => one !== name)))}>{t("admin.exceptions.remove")}</Button>
              )}
            </div>
          ))}
      </div>
      {!disabled && (
        <div className="row-flex wrap admin-bottom">
          <TextField label={t("admin.exceptions.date")} type="date" value={date} onChange={(event) => setDate(event.target.value)} />
          <Button
            tone="outline"
            isDisabled={!date || date in value}
            onPress={() => {
              onChange({ ...value, [date]: [] });
              setDate("");
            }}
          >
            {t("admin.exceptions.add")}
          </Button>
        </div>
      )}
    </Framed>
  );
}

/** Whether it is open now, as the server reckons, and the next days off. */
function OpenNow({ row }: { row: Calendar }) {
  const t = useT();
  const { engine } = useLive();
  const { data } = useQuery({
    queryKey: ["admin", "/calendars", "opening", row.id, row.v],
    queryFn: ({ signal }) => api.get<Opening>(`/calendars/${row.id}/opening`, { signal }),
    refetchInterval: 30_000,
  });
  const hours = row.hours as unknown as HoursBody;
  const now = new Date(engine.serverNow());
  const today = now.toISOString().slice(0, 10);
  const coming = [...daysOff(now.getFullYear()), ...daysOff(now.getFullYear() + 1)].filter((date) => date >= today).slice(0, 6);
  return (
    <section className="card stack" aria-labelledby="admin-now">
      <h2 id="admin-now">{t("admin.hours.now")}</h2>
      {data && (
        <p role="status" className="row-flex wrap">
          <Pill tone={data.open ? "ok" : "warn"}>{data.open ? t("admin.open_now") : t("admin.closed_now")}</Pill>
          {data.open && data.closes_at && t("admin.closes_at", { time: moment(data.closes_at, engine.serverNow()) })}
          {!data.open && data.opens_at && t("admin.opens_at", { time: moment(data.opens_at, engine.serverNow()) })}
          {!data.open && !data.opens_at && t("admin.never_opens")}
        </p>
      )}
      {hours.italian_holidays && (
        <>
          <h3>{t("admin.holidays.next")}</h3>
          <ul>
            {coming.map((date) => (
              <li key={date}>{longDay(`${date}T12:00:00`)}</li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

const hoursOf = (row: Calendar | null) => row?.hours as unknown as HoursBody | undefined;
const closedDaysOut = (value: Week): Week => Object.fromEntries(Object.entries(value).filter(([, spans]) => spans.length > 0));

export const calendars: Resource<Calendar, Values> = {
  section: "hours",
  path: "/calendars",
  single: true,
  read: "tenancy.configure",
  write: "tenancy.configure",
  icon: "clock",
  title: () => t("admin.hours"),
  add: () => t("admin.hours.new"),
  empty: () => t("admin.hours.empty"),
  filters: ["client_id"],
  clientOf: (row) => row.client_id,
  name: (row) => row.name,
  columns: () => [
    { title: t("admin.name"), cell: (row) => row.name },
    { title: t("list.client"), cell: (row, refs) => named(refs.clients, row.client_id) || t("list.all_clients") },
    { title: t("admin.hours.week"), cell: (row) => weekInWords((hoursOf(row)?.weekly ?? {}) as Week) },
  ],
  values: (row, _refs, search) => {
    const hours = hoursOf(row);
    return {
      name: row?.name ?? "",
      client_id: row ? row.client_id : (search.client_id ?? null),
      timezone: hours?.timezone ?? "Europe/Rome",
      weekly: (hours?.weekly as Week | undefined) ?? templates[0]!.weekly,
      italian_holidays: hours?.italian_holidays ?? true,
      patron: hours?.patron ?? "",
      exceptions: (hours?.exceptions as Week | undefined) ?? {},
    };
  },
  groups: ({ refs }) => [
    {
      fields: [
        { kind: "text", name: "name", label: t("admin.name"), required: true, max: 200 },
        { kind: "select", name: "client_id", label: t("list.client"), fixed: true, none: t("list.all_clients"), options: options(refs.clients) },
        { kind: "custom", name: "weekly", label: t("admin.hours.week"), Control: WeekHours as never, check: (now) => wrongWeek(now.weekly), say: weekInWords as never },
        { kind: "check", name: "italian_holidays", label: t("admin.holidays"), hint: t("admin.holidays.hint") },
        { kind: "text", name: "patron", label: t("admin.patron"), hint: t("admin.patron.hint"), pattern: /^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, wrong: t("admin.patron.wrong") },
        { kind: "custom", name: "exceptions", label: t("admin.exceptions"), Control: Exceptions as never, check: (now) => wrongWeek(now.exceptions), say: weekInWords as never },
        { kind: "text", name: "timezone", label: t("admin.timezone"), required: true, max: 60 },
      ],
    },
  ],
  save: ({ name, client_id, patron, weekly, ...rest }, row, via) => {
    const hours = { ...rest, weekly: closedDaysOut(weekly), patron: patron.trim() || null };
    return row
      ? via.put<Calendar>(`/calendars/${row.id}`, { name, hours, v: row.v })
      : via.post<Calendar>("/calendars", { name, client_id, hours });
  },
  remove: (row, via) => via.delete(`/calendars/${row.id}`),
  removal: () => t("admin.delete"),
  fieldOf: { "tenancy.name_taken": "name", "tenancy.bad_hours": "weekly" },
  Beside: OpenNow,
};
