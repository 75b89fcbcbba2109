/** Shifts on an axis of time: where they lie, how they are moved, whom they cover. Pure. */
import type { RequiredDay, RosterDay, RosterShift, StandIns, WantedShift } from "@/api/types";

type OpenSpan = StandIns["left_open"][number];

export const STEP_MS = 15 * 60_000;
export const HOUR_MS = 3_600_000;
const SHORTEST_MS = 60 * 60_000;
const LONGEST_MS = 13 * HOUR_MS;

export interface Window {
  from: number;
  to: number;
}

/** The hours that a day's board shows: whole ones around all shifts and all that is needed, from midnight at the earliest. */
export function windowOf(day: RosterDay): Window {
  const begins = Date.parse(day.begins_at);
  let from = begins + 8 * HOUR_MS;
  let to = begins + 18 * HOUR_MS;
  for (const shift of day.shifts) {
    from = Math.min(from, Date.parse(shift.starts_at));
    to = Math.max(to, Date.parse(shift.ends_at));
  }
  for (const one of day.required) {
    const step = one.minutes * 60_000;
    const first = one.people.findIndex((people) => people > 0);
    if (first < 0) continue;
    const last = one.people.findLastIndex((people) => people > 0);
    from = Math.min(from, begins + first * step);
    to = Math.max(to, begins + (last + 1) * step);
  }
  const whole = (at: number, up: boolean) => begins + (up ? Math.ceil : Math.floor)((at - begins) / HOUR_MS) * HOUR_MS;
  return { from: Math.max(begins, whole(from - STEP_MS, false)), to: whole(to + STEP_MS, true) };
}

/** The moments that are written above the board: two hours apart, or three, as one counts from midnight. */
export function hoursOf(window: Window, begins: number): number[] {
  const every = window.to - window.from > 18 * HOUR_MS ? 3 : 2;
  const first = Math.ceil((window.from - begins) / HOUR_MS / every) * every;
  const found: number[] = [];
  for (let at = begins + first * HOUR_MS; at < window.to; at += every * HOUR_MS) found.push(at);
  return found;
}

/** Where a moment lies in a window, in percent. */
export function place(at: number, window: Window): number {
  return ((at - window.from) / (window.to - window.from)) * 100;
}

export function spanOf(shift: Pick<RosterShift, "starts_at" | "ends_at">): Window {
  return { from: Date.parse(shift.starts_at), to: Date.parse(shift.ends_at) };
}

/** The queue that most of a shift is worked in; nothing where it tells none. */
export function usualQueue(shift: RosterShift | undefined): string | null {
  const minutes = new Map<string, number>();
  for (const part of shift?.parts ?? []) {
    if (part.queue_id) minutes.set(part.queue_id, (minutes.get(part.queue_id) ?? 0) + part.minutes);
  }
  return [...minutes].sort((one, other) => other[1] - one[1])[0]?.[0] ?? null;
}

export interface Stretch {
  from: number;
  to: number;
  kind: string;
  queue: string | null;
}

/** The parts of a shift as moments. */
export function stretches(shift: RosterShift): Stretch[] {
  let at = Date.parse(shift.starts_at);
  return shift.parts.map((part) => {
    const from = at;
    at += part.minutes * 60_000;
    return { from, to: at, kind: part.kind, queue: part.queue_id ?? null };
  });
}

const iso = (at: number) => new Date(at).toISOString();

/** Shifts whose breaks the server has yet to lay. */
const unlaid = new WeakSet<RosterShift>();

/** A shift as the server takes it, with its parts as they are. */
export function asWanted(shift: RosterShift): WantedShift {
  const told = { starts_at: shift.starts_at, ends_at: shift.ends_at, place: shift.place as "home" | "site" };
  if (unlaid.has(shift)) return { ...told, parts: null, queue_id: usualQueue(shift) };
  return { ...told, parts: shift.parts as NonNullable<WantedShift["parts"]> };
}

/** A wanted shift as it is shown until the server has laid its breaks. */
export function asShown(wanted: WantedShift, who: string, day: string): RosterShift {
  const minutes = (Date.parse(wanted.ends_at) - Date.parse(wanted.starts_at)) / 60_000;
  const shift: RosterShift = {
    operator_id: who,
    day,
    starts_at: wanted.starts_at,
    ends_at: wanted.ends_at,
    place: wanted.place ?? "site",
    parts: (wanted.parts ?? [{ kind: "queue", minutes, queue_id: wanted.queue_id ?? null }]) as RosterShift["parts"],
  };
  if (wanted.parts == null) unlaid.add(shift);
  return shift;
}

/** What an edit makes of the shifts that a person has that day. */
export type Make = (own: readonly RosterShift[]) => WantedShift[];

/** Takes one of a day's shifts away. */
export function without(at: number): Make {
  return (own) => own.filter((_, n) => n !== at).map(asWanted);
}

/** Changes the one shift of a day, or the first, and leaves the others. */
export function changing(change: (shift: RosterShift) => WantedShift, at = 0): Make {
  return (own) => own.map((one, n) => (n === at ? change(one) : asWanted(one)));
}

/** The shift so many steps later, its breaks with it. */
export function moved(shift: RosterShift, steps: number): WantedShift {
  const { from, to } = spanOf(shift);
  return { ...asWanted(shift), starts_at: iso(from + steps * STEP_MS), ends_at: iso(to + steps * STEP_MS) };
}

/** The shift with its end so many steps later: its breaks are laid anew by the server. */
export function stretched(shift: RosterShift, steps: number): WantedShift {
  const { from, to } = spanOf(shift);
  const end = Math.min(from + LONGEST_MS, Math.max(from + SHORTEST_MS, to + steps * STEP_MS));
  return { starts_at: shift.starts_at, ends_at: iso(end), place: shift.place as "home" | "site", parts: null, queue_id: usualQueue(shift) };
}

/** How long the parts of a day that is split by hand lie apart at first. */
const GAP_MS = 2 * HOUR_MS;

/** Whether a shift is long enough for two parts of work. */
export function canPart(shift: RosterShift): boolean {
  return workOf(shift) >= 4 * SHORTEST_MS;
}

/** The shift as two parts of the same work, with free time between; no meal is left in them. */
export function parted(shift: RosterShift): WantedShift[] {
  const { from } = spanOf(shift);
  const work = workOf(shift);
  const first = Math.round(work / 2 / STEP_MS) * STEP_MS;
  const again = from + first + GAP_MS;
  const told = { place: shift.place as "home" | "site", parts: null, queue_id: usualQueue(shift) };
  return [
    { ...told, starts_at: iso(from), ends_at: iso(from + first) },
    { ...told, starts_at: iso(again), ends_at: iso(again + work - first) },
  ];
}

function workOf(shift: RosterShift): number {
  const { from, to } = spanOf(shift);
  const meals = shift.parts.reduce((sum, part) => sum + (part.kind === "meal" ? part.minutes : 0), 0);
  return to - from - meals * 60_000;
}

/** A shift as long as most of the day's are, from when most begin. */
export function usualShift(day: RosterDay): WantedShift {
  const most = (values: number[], else_: number) => {
    const counts = new Map<number, number>();
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
    return [...counts].sort((one, other) => other[1] - one[1])[0]?.[0] ?? else_;
  };
  const spans = day.shifts.map(spanOf);
  const starts = most(spans.map((one) => one.from), Date.parse(day.begins_at) + 9 * HOUR_MS);
  const length = most(spans.map((one) => one.to - one.from), 4 * HOUR_MS);
  const queue = day.required[0]?.queue_id ?? usualQueue(day.shifts[0]);
  return { starts_at: iso(starts), ends_at: iso(starts + length), place: "site", parts: null, queue_id: queue };
}

export interface Cover {
  required: number[];
  rostered: number[];
  minutes: number;
}

/** How many a day takes and how many are at work, interval by interval, in one queue or all. */
export function coverOf(day: RosterDay, shifts: readonly RosterShift[], queue: string | null): Cover {
  const wanted = day.required.filter((one) => queue === null || one.queue_id === queue);
  const minutes = wanted[0]?.minutes ?? 15;
  const begins = Date.parse(day.begins_at);
  const count = Math.round((Date.parse(day.ends_at) - begins) / (minutes * 60_000));
  const required = sum(wanted, count);
  const rostered = new Array<number>(count).fill(0);
  const known = new Set(wanted.map((one) => one.queue_id));
  for (const shift of shifts) {
    for (const part of stretches(shift)) {
      const here = part.queue === null ? queue === null : known.size === 0 ? queue === null || part.queue === queue : known.has(part.queue);
      if (part.kind !== "queue" || !here) continue;
      const first = Math.floor((part.from - begins) / (minutes * 60_000));
      const last = Math.ceil((part.to - begins) / (minutes * 60_000));
      for (let at = Math.max(0, first); at < Math.min(count, last); at += 1) rostered[at] = rostered[at]! + 1;
    }
  }
  return { required, rostered, minutes };
}

function sum(wanted: readonly RequiredDay[], count: number): number[] {
  return Array.from({ length: count }, (_, at) => wanted.reduce((total, one) => total + (one.people[at] ?? 0), 0));
}

export interface Gaps {
  missing: number;
  excess: number;
  worst: { at: number; missing: number } | null;
}

/** People-intervals missing and too many, and where most are missing. */
export function gapsOf(cover: Cover): Gaps {
  const found: Gaps = { missing: 0, excess: 0, worst: null };
  cover.required.forEach((due, at) => {
    const lack = due - cover.rostered[at]!;
    if (lack > 0) {
      found.missing += lack;
      if (lack > (found.worst?.missing ?? 0)) found.worst = { at, missing: lack };
    } else found.excess -= lack;
  });
  return found;
}

export interface Edit {
  who: string;
  day: string;
  before: WantedShift[];
  after: WantedShift[];
}

export interface Past {
  done: readonly Edit[];
  undone: readonly Edit[];
}

export const nothingDone: Past = { done: [], undone: [] };
const MOST_KEPT = 200;

export function did(past: Past, edit: Edit): Past {
  return { done: [...past.done.slice(1 - MOST_KEPT), edit], undone: [] };
}

/** Whether a person's day is as an edit left it: what somebody else has made of it since is not ours to take back. */
export function stillSo(own: readonly WantedShift[], told: readonly WantedShift[]): boolean {
  return own.length === told.length && own.every((one, at) => alike(one, told[at]!));
}

function alike(one: WantedShift, other: WantedShift): boolean {
  const same =
    Date.parse(one.starts_at) === Date.parse(other.starts_at) &&
    Date.parse(one.ends_at) === Date.parse(other.ends_at) &&
    (one.place ?? "site") === (other.place ?? "site");
  // Breaks that the server has yet to lay are nobody's change.
  if (!same || !one.parts || !other.parts) return same;
  const told = (parts: NonNullable<WantedShift["parts"]>) => JSON.stringify(parts.map((part) => [part.kind, part.minutes, part.queue_id ?? null]));
  return told(one.parts) === told(other.parts);
}

/** The past without what was done to one person's day. */
export function forgotten(past: Past, who: string, day: string): Past {
  const other = (one: Edit) => one.who !== who || one.day !== day;
  return { done: past.done.filter(other), undone: past.undone.filter(other) };
}

/** The edit to take back, and the past without it. */
export function undo(past: Past): [Edit, Past] | null {
  const last = past.done.at(-1);
  return last ? [last, { done: past.done.slice(0, -1), undone: [...past.undone, last] }] : null;
}

/** The edit to do again, and the past with it. */
export function redo(past: Past): [Edit, Past] | null {
  const last = past.undone.at(-1);
  return last ? [last, { done: [...past.done, last], undone: past.undone.slice(0, -1) }] : null;
}

/** The days from one to another, both included. */
export function daysBetween(first: string, last: string): string[] {
  const found: string[] = [];
  const end = Date.parse(`${last}T12:00:00Z`);
  for (let at = Date.parse(`${first}T12:00:00Z`); at <= end; at += 24 * HOUR_MS) found.push(new Date(at).toISOString().slice(0, 10));
  return found;
}

/** The next Monday after a moment. */
export function nextMonday(now: number): string {
  const day = new Date(now).getDay();
  const at = new Date(now + ((8 - day) % 7 || 7) * 24 * HOUR_MS);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}

export interface OpenQueue {
  id: string | null;
  spans: readonly OpenSpan[];
  /** Hours of work that nobody does. */
  hours: number;
  worst: OpenSpan;
}

/** What stays open, queue by queue: how much of it, and where it is worst. */
export function openByQueue(spans: readonly OpenSpan[]): OpenQueue[] {
  const queues = new Map<string | null, OpenSpan[]>();
  for (const one of spans) queues.set(one.queue_id, [...(queues.get(one.queue_id) ?? []), one]);
  return [...queues].map(([id, own]) => ({
    id,
    spans: own,
    hours: own.reduce((sum, one) => sum + ((Date.parse(one.until_at) - Date.parse(one.from_at)) / HOUR_MS) * one.people, 0),
    worst: own.reduce((one, other) => (other.people > one.people ? other : one)),
  }));
}
