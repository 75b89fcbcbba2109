import { useEffect, useMemo, useRef, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { api } from "@/api/client";
import type { BrokenRule, Queue, Relocated, Roster, RosterDay, RosterDifference, RosterShift } from "@/api/types";
import { explain } from "@/api/words";
import { FailedOf } from "@/failed";
import { useT } from "@/i18n";
import { day as shortDay, isoDay, longDay } from "@/i18n/format";
import { useAllQueues } from "@/reference";
import { Empty, Pill, Skeleton } from "@ui/bits";
import { Button, IconButton } from "@ui/button";
import { Select, TextField } from "@ui/field";
import { say } from "@ui/toast";
import { keys, useAgain, useBroken, useDay, usePeople, useRosters } from "./api";
import { AskForm, Runs } from "./ask";
import { Board, type Person } from "./board";
import { Coverage, Hours } from "./coverage";
import { useEdits, type Edits } from "./edits";
import { stateName } from "./labels";
import { Hole } from "./hole";
import { Made } from "./made";
import { coverOf, daysBetween, windowOf } from "./model";
import { ruleOf } from "./rules";
import { Broken, PersonPanel } from "./person";
import { PlanWaysCard } from "./ways";
import "@ui/table.css";
import "./rosters.css";
import "./words";

/** Who works when: a version of the roster day by day, changed by hand, checked and published. */
export function RostersPage() {
  const t = useT();
  const navigate = useNavigate({ from: "/rosters" });
  const search = useSearch({ from: "/desk/rosters" });
  const rosters = useRosters();
  const people = usePeople();
  const queues = useAllQueues();
  const items = rosters.data?.items ?? [];
  const roster = items.find((one) => one.id === search.roster) ?? items[0];
  const set = (next: Partial<typeof search>) => void navigate({ search: (before) => ({ ...before, ...next }), replace: true });
  const words = (one: Roster) =>
    `${shortDay(`${one.first_day}T12:00:00Z`)}–${shortDay(`${one.last_day}T12:00:00Z`)} · ${one.reason} · ${stateName(one)}`;
  return (
    <div className="page" data-region tabIndex={-1}>
      <header className="page-head">
        <h1>{t("nav.rosters")}</h1>
        {items.length > 0 && (
          <Select label={t("roster.version")} value={roster?.id} onChange={(event) => set({ roster: event.target.value, day: undefined })}>
            {items.map((one) => (
              <option key={one.id} value={one.id}>
                {words(one)}
              </option>
            ))}
          </Select>
        )}
        <Link to="/rosters/people" className="button button-outline">
          {t("roster.people_page")}
        </Link>
        <Link to="/rosters/worth" className="button button-outline">
          {t("worth.title")}
        </Link>
      </header>
      {(rosters.isPending || people.isPending || queues.isPending) && <Skeleton label={t("loading")} lines={6} />}
      <FailedOf all={[rosters, people, queues]} />
      {queues.data && (
        <details className="card roster-ask" open={items.length === 0}>
          <summary>{t("roster.new")}</summary>
          <AskForm key={queues.data.length} queues={queues.data} />
        </details>
      )}
      <Runs onOpen={(id) => set({ roster: id, day: undefined })} />
      {rosters.data && !roster && <Empty icon="users" title={t("roster.none")} />}
      {roster && people.data && queues.data && (
        <Version
          key={roster.id}
          roster={roster}
          day={search.day}
          people={people.data.map((one) => ({ id: one.operator_id, name: one.display_name }))}
          queues={queues.data}
          onDay={(day) => set({ day })}
          onOpen={(id) => set({ roster: id })}
        />
      )}
    </div>
  );
}

interface VersionProps {
  roster: Roster;
  day: string | undefined;
  people: readonly Person[];
  queues: readonly Queue[];
  onDay: (day: string) => void;
  onOpen: (roster: string) => void;
}

function Version({ roster, day: wanted, people, queues, onDay, onOpen }: VersionProps) {
  const t = useT();
  const days = useMemo(() => daysBetween(roster.first_day, roster.last_day), [roster]);
  // Where today is one of its days, that is the one to look at.
  const [today] = useState(() => isoDay(Date.now()));
  const chosen = [wanted, today].find((one) => one !== undefined && days.includes(one)) ?? days[0]!;
  const day = useDay(roster.id, chosen);
  const broken = useBroken(roster.id);
  const edits = useEdits(roster.id);
  const names = useMemo(() => new Map(people.map((one) => [one.id, one.name])), [people]);
  const at = days.indexOf(chosen);
  const rules = broken.data ?? [];
  return (
    <section className="stack" aria-labelledby="roster-day">
      <div className="roster-bar-top">
        <IconButton icon="chevron-left" label={t("roster.day_before")} isDisabled={at === 0} onPress={() => onDay(days[at - 1]!)} />
        <Select label={t("roster.day")} hideLabel value={chosen} onChange={(event) => onDay(event.target.value)}>
          {days.map((one) => (
            <option key={one} value={one}>
              {longDay(`${one}T12:00:00Z`)}
            </option>
          ))}
        </Select>
        <IconButton icon="chevron-right" label={t("roster.day_after")} isDisabled={at === days.length - 1} onPress={() => onDay(days[at + 1]!)} />
        <Steps roster={roster} day={chosen} ready={day.data !== undefined} edits={edits} rules={rules} onOpen={onOpen} />
      </div>
      <h2 id="roster-day" className="hidden-visually">
        {longDay(`${chosen}T12:00:00Z`)}
      </h2>
      {roster.site_lost && <Hole roster={roster.id} v={edits.last?.v ?? roster.v} queues={queues} names={names} />}
      {day.isPending && <Skeleton label={t("loading")} lines={8} />}
      <FailedOf all={[day]} />
      {day.data && <Day roster={roster} day={day.data} people={people} queues={queues} rules={rules} edits={edits} />}
      <Made roster={roster.id} />
      <PlanWaysCard roster={roster.id} v={roster.v} />
      {broken.data && (
        <details className="card" open={rules.some((one) => one.binding)}>
          <summary>{t("roster.broken_all", { n: rules.length, binding: rules.filter((one) => one.binding).length })}</summary>
          <Broken rules={rules.slice(0, 100)} names={names} />
        </details>
      )}
    </section>
  );
}

interface StepsProps {
  roster: Roster;
  day: string;
  ready: boolean;
  edits: Edits;
  rules: readonly BrokenRule[];
  onOpen: (roster: string) => void;
}

/** Publish, throw away, or begin the next version of the same days. */
function Steps({ roster, day, ready, edits, rules, onOpen }: StepsProps) {
  const t = useT();
  const again = useAgain();
  const queries = useQueryClient();
  const act = async (work: () => Promise<string>, then = again) => {
    try {
      say(await work());
    } catch (wrong) {
      say(explain(wrong));
    }
    await then();
  };
  // Of a draft that is gone only the list is read again: its days are asked for by nobody any more.
  const listAgain = () => queries.invalidateQueries({ queryKey: keys.rosters });
  const publish = async () => {
    const v = await edits.saved();
    const told = await api.post<RosterDifference>(`/workforce/rosters/${roster.id}/publish`, { v });
    return t("roster.is_published", { added: told.added.length, changed: told.changed.length, removed: told.removed.length });
  };
  const drop = async () => {
    await api.delete(`/workforce/rosters/${roster.id}`);
    return t("roster.dropped");
  };
  const begin = async () => {
    const begun = await api.post<Roster>("/workforce/rosters", { first_day: roster.first_day, last_day: roster.last_day, reason: t("roster.next_of", { reason: roster.reason }).slice(0, 500) });
    onOpen(begun.id);
    return t("roster.begun");
  };
  const home = async (lost: boolean) => {
    const reason = lost ? t("roster.site_lost") : t("roster.all_home");
    const body = { first_day: day, last_day: day, reason, site_lost: lost };
    const found = await api.post<Relocated>("/workforce/rosters/remote", body);
    onOpen(found.roster.id);
    const told = { moved: found.moved, n: found.cannot.length };
    return lost ? t("roster.went_out", told) : t("roster.went_home", told);
  };
  const binding = rules.filter((one) => one.binding).length;
  return (
    <div className="row-flex wrap roster-steps">
      <Pill tone={roster.published_at ? "ok" : "plain"} icon={roster.published_at ? "check" : "clock"}>
        {stateName(roster)}
      </Pill>
      {binding > 0 && (
        <Pill tone="bad" icon="circle-alert">
          {t("roster.stands_against", { n: binding })}
        </Pill>
      )}
      {roster.published_at ? (
        <>
          <Button tone="outline" onPress={() => void act(begin)}>
            {t("roster.next")}
          </Button>
          <Button tone="outline" onPress={() => void act(() => home(false))}>
            {t("roster.all_home")}
          </Button>
          <Button tone="outline" onPress={() => void act(() => home(true))}>
            {t("roster.site_lost")}
          </Button>
        </>
      ) : (
        <>
          <Button tone="primary" isDisabled={!ready} onPress={() => void act(publish)}>
            {t("roster.publish")}
          </Button>
          <Button tone="outline" onPress={() => void act(drop, listAgain)}>
            {t("roster.drop")}
          </Button>
        </>
      )}
    </div>
  );
}

interface DayProps {
  roster: Roster;
  day: RosterDay;
  people: readonly Person[];
  queues: readonly Queue[];
  rules: readonly BrokenRule[];
  edits: Edits;
}

function Day({ roster, day, people, queues, rules, edits }: DayProps) {
  const t = useT();
  const editable = roster.published_at === null ? edits : null;
  const [queue, setQueue] = useState<string | null>(null);
  const [words, setWords] = useState("");
  const [selected, setSelected] = useState<string>();
  const shifts = useMemo(() => {
    const found = new Map<string, RosterShift[]>();
    for (const one of day.shifts) found.set(one.operator_id, [...(found.get(one.operator_id) ?? []), one]);
    return found;
  }, [day]);
  const order = useOrder(people, shifts, `${roster.id}/${day.day}`);
  const shown = useMemo(() => order.filter((one) => one.name.toLowerCase().includes(words.trim().toLowerCase())), [order, words]);
  const broken = useMemo(() => new Set(rules.filter((one) => one.day === day.day && one.operator_id).map((one) => one.operator_id!)), [rules, day.day]);
  const window = windowOf(day);
  const person = shown.find((one) => one.id === selected) ?? shown[0];
  const here = queues.filter((one) => day.required.some((need) => need.queue_id === one.id));
  return (
    <div className="roster-day">
      <div className="roster-tools">
        <TextField label={t("roster.find")} type="search" value={words} onChange={(event) => setWords(event.target.value)} />
        {here.length > 1 && (
          <Select label={t("roster.queue")} value={queue ?? ""} onChange={(event) => setQueue(event.target.value || null)}>
            <option value="">{t("roster.all_queues")}</option>
            {here.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </Select>
        )}
        {editable && (
          <>
            <Button tone="outline" icon="undo-2" isDisabled={!edits.canUndo} onPress={() => edits.undo()}>
              {t("roster.undo")}
            </Button>
            <Button tone="outline" isDisabled={!edits.canRedo} onPress={() => edits.redo()}>
              {t("roster.redo")}
            </Button>
            <p id="roster-keys" className="meta roster-keys">
              {t("roster.keys")}
            </p>
          </>
        )}
      </div>
      <p className="hidden-visually" role="status">
        {edits.last && (edits.last.violations.length === 0 ? t("roster.legal") : edits.last.violations.map((one) => `${one.article}: ${ruleOf(one) ?? one.rule}`).join("; "))}
      </p>
      <div className="roster-scroll" role="group" aria-label={t("roster.board")}>
        <div className="roster-board">
          <Coverage cover={coverOf(day, day.shifts, queue)} begins={Date.parse(day.begins_at)} window={window} />
          <Hours window={window} begins={Date.parse(day.begins_at)} />
          <Board day={day} people={shown} shifts={shifts} broken={broken} window={window} selected={person?.id} onSelect={setSelected} edits={editable} />
        </div>
      </div>
      {person && <PersonPanel roster={roster} day={day} person={person} queues={queues} shifts={shifts.get(person.id) ?? []} edits={editable} />}
    </div>
  );
}

/** Who works that day first, by their start; the order stays while the day is being changed. */
function useOrder(people: readonly Person[], shifts: ReadonlyMap<string, readonly RosterShift[]>, of: string): readonly Person[] {
  const kept = useRef<{ of: string; people: readonly Person[]; order: readonly Person[] }>(undefined);
  const [order, setOrder] = useState<readonly Person[]>(() => sorted(people, shifts));
  useEffect(() => {
    if (kept.current?.of === of && kept.current.people === people) return;
    kept.current = { of, people, order: sorted(people, shifts) };
    setOrder(kept.current.order);
  }, [of, people, shifts]);
  return order;
}

function sorted(people: readonly Person[], shifts: ReadonlyMap<string, readonly RosterShift[]>): readonly Person[] {
  const begin = (one: Person) => Date.parse(shifts.get(one.id)?.[0]?.starts_at ?? "9999-12-31");
  return [...people].sort((one, other) => begin(one) - begin(other) || one.name.localeCompare(other.name));
}
