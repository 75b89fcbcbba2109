import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api } from "@/api/client";
import type { Page, Weighed, WorthRun } from "@/api/types";
import { explain } from "@/api/words";
import { failed } from "@/api/plans/notes";
import { Noted } from "@/api/plans/noted";
import { FailedOf } from "@/failed";
import { msg, useT } from "@/i18n";
import { day as shortDay, decimal, share } from "@/i18n/format";
import { useAllQueues } from "@/reference";
import { Empty, Pill, Skeleton } from "@ui/bits";
import { Button } from "@ui/button";
import { say } from "@ui/toast";
import { AskForm } from "./ask";
import { phaseName } from "./labels";
import { Factors } from "./ways";
import "@ui/table.css";
import "./rosters.css";
import "./words";

const key = ["rosters", "worth"];
const rules: Record<string, string> = {
  bands: msg("worth.rule.bands"),
  starts_within_the_hour: msg("worth.rule.starts"),
  shift_lengths: msg("worth.rule.lengths"),
  short_shifts: msg("worth.rule.short"),
  elastic_clauses: msg("worth.rule.elastic"),
  days_at_home: msg("worth.rule.home"),
  team_days: msg("worth.rule.team"),
};

/** What was weighed, looked at again each second while something is. */
function useWorth() {
  return useQuery({
    queryKey: key,
    queryFn: () => api.get<Page<WorthRun>>("/workforce/worth-runs").then((page) => page.items),
    refetchInterval: ({ state }) => (state.data?.some((one) => one.state === "asked") ? 1_000 : false),
  });
}

/** What flexibility is worth: the same weeks with each rule and without it, in hours, service, ways and seats. */
export function WorthPage() {
  const t = useT();
  const queries = useQueryClient();
  const queues = useAllQueues();
  const runs = useWorth();
  const again = () => queries.invalidateQueries({ queryKey: key });
  const cancel = async (run: WorthRun) => {
    try {
      await api.post(`/workforce/worth-runs/${run.id}/cancel`);
    } catch (wrong) {
      say(explain(wrong));
    }
    await again();
  };
  const shown = (runs.data ?? []).filter((one, at) => one.state === "asked" || at < 3);
  const latest = runs.data?.find((one) => one.found);
  return (
    <div className="page" data-region tabIndex={-1}>
      <header className="page-head">
        <h1>{t("worth.title")}</h1>
        <Link to="/rosters" className="button button-outline">
          {t("nav.rosters")}
        </Link>
      </header>
      <p className="meta worth-why">{t("worth.why")}</p>
      {(queues.isPending || runs.isPending) && <Skeleton label={t("loading")} lines={6} />}
      <FailedOf all={[queues, runs]} />
      {queues.data && runs.data && (
        <details className="card roster-ask" open={runs.data.length === 0}>
          <summary>{t("worth.new")}</summary>
          <AskForm key={queues.data.length} queues={queues.data} weighs onAsked={again} />
        </details>
      )}
      {shown.length > 0 && (
        <ul className="roster-runs" aria-label={t("worth.runs")}>
          {shown.map((run) => (
            <li key={run.id} className="row-flex wrap">
              <span className="grow">
                <span className="num">{stretch(run)}</span> · {run.reason}
                {run.failed_by && <span className="field-error"> {failed(run.failed_by)}</span>}
              </span>
              {run.state === "asked" && <Progress run={run} onCancel={() => void cancel(run)} />}
              {run.state === "cancelled" && <Pill>{t("roster.cancelled")}</Pill>}
              {run.state === "failed" && <Pill tone="bad">{t("roster.failed")}</Pill>}
            </li>
          ))}
        </ul>
      )}
      {runs.data && !latest && <Empty icon="clock" title={t("worth.none")} />}
      {latest && <Found run={latest} />}
    </div>
  );
}

const stretch = (run: WorthRun) => `${shortDay(`${run.first_day}T12:00:00Z`)}–${shortDay(`${run.last_day}T12:00:00Z`)}`;

function Progress({ run, onCancel }: { run: WorthRun; onCancel: () => void }) {
  const t = useT();
  const { phase, rule, seconds, of } = run.progress;
  const name = rule ? rules[rule] : undefined;
  return (
    <>
      <span className="meta" role="status">
        {phase === "weighing" ? (name ? t("worth.weighing", { rule: t(name) }) : t("worth.weighing_told")) : phaseName(phase)}
      </span>
      <progress max={of || 1} value={phase === "weighing" ? seconds : undefined} aria-label={t("worth.progress")} />
      <Button tone="outline" icon="x" onPress={onCancel}>
        {t("roster.cancel")}
      </Button>
    </>
  );
}

/** One run: the roster as it is, and beside it what each rule alone brings. */
function Found({ run }: { run: WorthRun }) {
  const t = useT();
  const found = run.found!;
  const { told } = found;
  const hours = (n: number) => decimal(n, 0, 1);
  const rows: [string, (one: Weighed) => string][] = [
    [t("worth.missing"), (one) => decimal(one.missing, 0, 1)],
    [t("worth.paid"), (one) => decimal(one.paid, 0, 1)],
    [t("worth.service"), (one) => share(one.service_level)],
    [t("worth.trips"), (one) => (one.ways ? `${decimal(one.ways.trips, 0, 0)} / ${decimal(one.ways.days, 0, 0)}` : "–")],
    [t("worth.minutes"), (one) => (one.ways ? decimal(one.ways.commute_minutes / 60, 0, 0) : "–")],
    [t("worth.co2"), (one) => (one.ways ? decimal(one.ways.kg_co2, 0, 0) : "–")],
    [t("worth.seats"), (one) => (one.ways ? decimal(one.ways.seats, 0, 0) : "–")],
  ];
  return (
    <section className="card stack" aria-labelledby="worth-found">
      <h2 id="worth-found">{t("worth.of", { when: stretch(run), reason: run.reason })}</h2>
      <p className="meta">{t("worth.chance", { n: decimal(found.chance_hours, 0, 1), people: found.people })}</p>
      <ul className="stack" aria-label={t("worth.in_words")}>
        {found.rules.map((one) => (
          <li key={one.rule}>
            <strong>{t(rules[one.rule] ?? one.rule)}</strong>{" "}
            {one.rule === "days_at_home" || one.rule === "team_days" ? (
              <Ways told={told} without={one.without} />
            ) : (
              <>
                {one.hours_gained >= 0 ? t("worth.gained", { n: hours(one.hours_gained) }) : t("worth.lost", { n: hours(-one.hours_gained) })}
                {Math.abs(one.without.paid - told.paid) >= 0.05 && ` ${t("worth.pays", { before: hours(one.without.paid), after: hours(told.paid) })}`}
                {one.service_gained !== null &&
                  ` ${t("worth.served", { before: share(one.without.service_level), after: share(told.service_level) })}`}{" "}
                {one.by_chance && <Pill>{t("worth.by_chance")}</Pill>}
              </>
            )}
          </li>
        ))}
      </ul>
      <div className="table-scroll" role="group" aria-label={t("worth.table")} tabIndex={0}>
        <table>
          <caption className="hidden-visually">{t("worth.table")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("worth.roster")}</th>
              {rows.map(([label]) => (
                <th key={label} scope="col">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {[{ name: t("worth.as_it_is"), one: told }, ...found.rules.map((rule) => ({ name: t("worth.without", { rule: t(rules[rule.rule] ?? rule.rule) }), one: rule.without }))].map(({ name, one }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {rows.map(([label, of]) => (
                  <td key={label} className="num">
                    {of(one)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {!told.ways && <p className="meta">{t("worth.few", { n: found.smallest_group })}</p>}
      <Factors of={found.commute} seats={found.seats} />
      {found.notes.length > 0 && (
        <ul className="meta plan-notes">
          {found.notes.map((note) => (
            <Noted key={note.text} note={note} />
          ))}
        </ul>
      )}
    </section>
  );
}

/** What a rule on where one works changes: ways and seats, and no hour. */
function Ways({ told, without }: { told: Weighed; without: Weighed }) {
  const t = useT();
  if (!told.ways || !without.ways) return t("worth.withheld");
  const minutes = without.ways.commute_minutes - told.ways.commute_minutes;
  const kg = without.ways.kg_co2 - told.ways.kg_co2;
  const of = { hours: decimal(Math.abs(minutes) / 60, 0, 0), kg: decimal(Math.abs(kg), 0, 0), before: without.ways.seats, after: told.ways.seats };
  return minutes >= 0 ? t("worth.ways", of) : t("worth.more_ways", of);
}
