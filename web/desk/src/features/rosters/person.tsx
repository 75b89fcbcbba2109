import type { BrokenRule, PersonDay, Queue, Roster, RosterDay, RosterShift, WantedShift } from "@/api/types";
import { useStayed } from "@/stayed";
import { Failed } from "@/failed";
import { useT } from "@/i18n";
import { clock, day as shortDay, decimal } from "@/i18n/format";
import { Pill } from "@ui/bits";
import { Button } from "@ui/button";
import { usePersonDay } from "./api";
import type { Person } from "./board";
import { kindName, placeName } from "./labels";
import type { Edits } from "./edits";
import { ruleOf } from "./rules";
import { asWanted, canPart, changing, moved, parted, stretched, stretches, usualShift, without, type Make } from "./model";

interface PersonPanelProps {
  roster: Roster;
  day: RosterDay;
  person: Person;
  queues: readonly Queue[];
  shifts: readonly RosterShift[];
  edits: Edits | null;
}

/** One person's day: its parts, what it breaks, why it is as it is, and the buttons that change it. */
export function PersonPanel({ roster, day, person, queues, shifts, edits }: PersonPanelProps) {
  const t = useT();
  // Whoever leafs down the board with the arrows asks of those they pass nothing.
  const stays = useStayed(person.id);
  const { data, error, refetch } = usePersonDay(roster.id, stays ? person.id : undefined, day.day, day.roster.v);
  return (
    <section className="card stack roster-person" aria-labelledby="roster-person">
      <h2 id="roster-person">{person.name}</h2>
      {edits && <Change person={person} day={day} shifts={shifts} edits={edits} />}
      {day.away
        .filter((one) => one.operator_id === person.id)
        .map((one) => (
          <p key={one.queue_id} className="meta">
            {t("roster.away_until", { queue: queues.find((queue) => queue.id === one.queue_id)?.name ?? "", time: clock(one.until), day: shortDay(one.until) })}
          </p>
        ))}
      {shifts.length === 0 && <p>{t("roster.off")}</p>}
      {shifts.map((shift) => (
        <ol key={shift.starts_at} className="roster-parts" aria-label={t("roster.parts")}>
          {stretches(shift).map((part) => (
            <li key={part.from} className={`roster-line roster-line-${part.kind}`}>
              <span className="num">
                {clock(new Date(part.from).toISOString())}–{clock(new Date(part.to).toISOString())}
              </span>{" "}
              {part.kind === "queue" ? (queues.find((one) => one.id === part.queue)?.name ?? kindName("queue")) : kindName(part.kind)}
            </li>
          ))}
          <li className="meta">{placeName(shift.place)}</li>
          {shift.parts.length === 0 && <li className="meta">{t("roster.no_parts")}</li>}
        </ol>
      ))}
      {error && <Failed error={error} retry={refetch} />}
      {data && <Broken rules={data.violations} />}
      {data && shifts.length > 0 && <Why found={data} />}
    </section>
  );
}

function Change({ person, day, shifts, edits }: Pick<PersonPanelProps, "person" | "day" | "shifts"> & { edits: Edits }) {
  const t = useT();
  const put = (make: Make) => edits.change(person.id, day.day, make);
  if (shifts.length === 0) {
    return (
      <Button tone="outline" icon="plus" onPress={() => put(() => [usualShift(day)])}>
        {t("roster.add")}
      </Button>
    );
  }
  const [first] = shifts;
  return (
    <>
      {shifts.map((shift, n) => (
        <ChangePart key={n} put={put} shift={shift} at={n} several={shifts.length > 1} />
      ))}
      {shifts.length === 1 && canPart(first!) && (
        <div>
          <Button tone="outline" onPress={() => put((own) => (own.length === 1 ? parted(own[0]!) : own.map(asWanted)))}>
            {t("roster.split")}
          </Button>
        </div>
      )}
    </>
  );
}

const timesOf = (shift: RosterShift) => `${clock(shift.starts_at)}–${clock(shift.ends_at)}`;

/** The buttons of one shift; of a day in parts each tells which one it changes. */
function ChangePart({ put, shift, at, several }: { put: (make: Make) => void; shift: RosterShift; at: number; several: boolean }) {
  const t = useT();
  const label = several ? t("roster.change_part", { times: timesOf(shift) }) : t("roster.change");
  const change = (make: (one: RosterShift) => WantedShift) => put(changing(make, at));
  const other = shift.place === "home" ? "site" : "home";
  return (
    <div className="row-flex roster-buttons" role="group" aria-label={label}>
      {several && <span className="num">{timesOf(shift)}</span>}
      <Button tone="outline" onPress={() => change((one) => moved(one, -1))}>
        {t("roster.earlier")}
      </Button>
      <Button tone="outline" onPress={() => change((one) => moved(one, 1))}>
        {t("roster.later")}
      </Button>
      <Button tone="outline" onPress={() => change((one) => stretched(one, -1))}>
        {t("roster.shorter")}
      </Button>
      <Button tone="outline" onPress={() => change((one) => stretched(one, 1))}>
        {t("roster.longer")}
      </Button>
      <Button tone="outline" onPress={() => change((one) => ({ ...asWanted(one), place: other }))}>
        {other === "home" ? t("roster.to_home") : t("roster.to_site")}
      </Button>
      <Button tone="outline" icon="x" onPress={() => put(without(at))}>
        {t("roster.remove")}
      </Button>
    </div>
  );
}

/** What is broken, with the article; what stands against publishing first. */
export function Broken({ rules, names }: { rules: readonly BrokenRule[]; names?: ReadonlyMap<string, string> }) {
  const t = useT();
  if (rules.length === 0) return <p className="meta">{t("roster.legal")}</p>;
  const ordered = [...rules].sort((one, other) => Number(other.binding) - Number(one.binding));
  return (
    <ul className="roster-broken" aria-label={t("roster.broken")}>
      {ordered.map((one) => (
        <li key={`${one.operator_id ?? ""}${one.day}${one.article}${one.rule}`}>
          <Pill tone={one.binding ? "bad" : "warn"} icon={one.binding ? "circle-alert" : "info"}>
            {one.article === "contract" ? t("roster.contract") : one.article}
          </Pill>{" "}
          <span className="num">{shortDay(`${one.day}T12:00:00Z`)}</span>
          {names && one.operator_id && ` ${names.get(one.operator_id) ?? ""}`}: {ruleOf(one) ?? <span lang="en">{one.rule}</span>}
        </li>
      ))}
    </ul>
  );
}

function Why({ found }: { found: PersonDay }) {
  const t = useT();
  const { facts } = found;
  const hours = (minutes: number) => Math.round((minutes / 60) * 100) / 100;
  const agreed = facts.agreed_minutes
    ? t("roster.why.agreed_hours", { from: decimal(hours(facts.agreed_minutes[0]), 0, 2), to: decimal(hours(facts.agreed_minutes[1]), 0, 2) })
    : facts.agreed_shifts !== null
      ? t("roster.why.agreed_shifts", { n: facts.agreed_shifts })
      : t("roster.why.nothing_agreed");
  const lines = [
    t("roster.why.paid", { day: hours(facts.paid_minutes), week: decimal(hours(facts.week_minutes), 0, 2), n: facts.week_shifts }),
    facts.gaps_minutes.length > 0 && t("roster.why.gaps", { hours: facts.gaps_minutes.map((one) => decimal(hours(one), 0, 2)).join(", ") }),
    facts.week_split_days > 0 && facts.agreed_split_days !== null && t("roster.why.split_week", { n: facts.week_split_days, most: facts.agreed_split_days }),
    facts.contract ? `${facts.contract}: ${agreed}` : agreed,
    facts.rest_before_h !== null && t("roster.why.rest_before", { n: facts.rest_before_h }),
    facts.rest_after_h !== null && t("roster.why.rest_after", { n: facts.rest_after_h }),
    t("roster.why.row", { n: facts.days_in_a_row }),
    facts.agreed_office && t("roster.why.office", { n: facts.office_days, from: facts.agreed_office[0], to: facts.agreed_office[1] }),
    facts.at_work > 0 && t("roster.why.needed", { n: facts.needed, of: facts.at_work, spare: facts.spare }),
  ];
  return (
    <div>
      <h3>{t("roster.why")}</h3>
      <ul className="roster-why">
        {lines.filter(Boolean).map((line) => (
          <li key={String(line)}>{line}</li>
        ))}
      </ul>
    </div>
  );
}
