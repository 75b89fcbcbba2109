import { useQueries, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { api } from "@/api/client";
import type { Formula, MetricAnswer, MetricGroup } from "@/api/types";
import { formulaCode, formulaName } from "@/formulas";
import { Failed } from "@/failed";
import { msg, useT } from "@/i18n";
import { share, stopwatch } from "@/i18n/format";
import { useLive } from "@/live/react";
import { useNow } from "@/live/ticker";
import { Empty, Pill, Skeleton } from "@ui/bits";
import { Select } from "@ui/field";
import { Icon } from "@ui/icon";
import { groupLabel } from "./label";
import "@ui/table.css";
import "./figures.css";

const CONTRACT = "service_level";
const overview = ["abandon_rate", "asa", "frt", "ttr", "csat"];
const groupings = [
  { value: "queue", label: msg("figures.by_queue") },
  { value: "channel", label: msg("figures.by_channel") },
  { value: "hour", label: msg("figures.by_hour") },
  { value: "day", label: msg("figures.by_day") },
] as const;

/** From the start of the first day (reader's clock) to now, moved on once a minute. */
function usePeriod(days: number) {
  const { engine } = useLive();
  useNow(60);
  const now = Math.floor(engine.serverNow() / 60_000) * 60_000;
  const from = new Date(now);
  from.setHours(0, 0, 0, 0);
  from.setDate(from.getDate() - (days - 1));
  // In the first minute of a day there is no whole minute to count yet.
  return { from: from.toISOString(), to: new Date(Math.max(now, from.getTime() + 60_000)).toISOString() };
}

/** What may be read of the service: shares and times, each with its formula and what was counted. */
export function FiguresPage() {
  const t = useT();
  const navigate = useNavigate({ from: "/figures" });
  const search = useSearch({ from: "/desk/figures" });
  const metric = search.metric ?? CONTRACT;
  const by = search.by ?? "queue";
  const days = search.days ?? 1;
  const period = usePeriod(days);
  const formulas = useQuery({
    queryKey: ["formulas"],
    queryFn: () => api.get<Formula[]>("/metrics/formulas"),
    staleTime: Infinity,
  });
  const asked = (name: string, group: string) => ({
    queryKey: ["live", "metrics", name, group, days, period.to],
    queryFn: () => api.get<MetricAnswer>("/metrics", { query: { metric: name, group_by: group, ...period } }),
    placeholderData: (before: MetricAnswer | undefined) => before,
  });
  const totals = useQueries({ queries: overview.map((name) => asked(name, "none")) });
  const groups = useQuery(asked(metric, by));
  const set = (next: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace: true });
  const known = [...new Set((formulas.data ?? []).map((formula) => formula.id))];
  return (
    <div className="page" data-region tabIndex={-1}>
      <header className="page-head">
        <h1>{t("nav.figures")}</h1>
        <Select hideLabel label={t("figures.period")} value={days} onChange={(event) => set({ days: Number(event.target.value) as 7 })}>
          <option value={1}>{t("figures.today")}</option>
          <option value={7}>{t("figures.days", { n: 7 })}</option>
          <option value={28}>{t("figures.days", { n: 28 })}</option>
        </Select>
      </header>
      <dl className="totals">
        {overview.map((name, at) => (
          <Total key={name} name={name} answer={totals[at]?.data} />
        ))}
      </dl>
      <section className="card stack figures-one" aria-labelledby="figures-one">
        <h2 id="figures-one">{metric === CONTRACT ? t("figures.contract") : formulaName(metric)}</h2>
        <div className="filters">
          <Select label={t("figures.metric")} value={metric} onChange={(event) => set({ metric: event.target.value })}>
            <option value={CONTRACT}>{t("figures.contract")}</option>
            {known.map((id) => (
              <option key={id} value={id}>
                {formulaName(id)}
              </option>
            ))}
          </Select>
          <Select label={t("figures.by")} value={by} onChange={(event) => set({ by: event.target.value as "queue" })}>
            {groupings.map(({ value, label }) => (
              <option key={value} value={value}>
                {t(label)}
              </option>
            ))}
          </Select>
        </div>
        {groups.isPending && <Skeleton label={t("loading")} lines={5} />}
        {groups.error && <Failed error={groups.error} retry={groups.refetch} />}
        {groups.data && <FormulaNote answer={groups.data} />}
        {groups.data?.groups.length === 0 && <Empty icon="layout-grid" title={t("figures.none")} />}
        {groups.data && groups.data.groups.length > 0 && <Groups answer={groups.data} by={by} />}
      </section>
      <p className="meta row-flex">
        <Icon name="shield-check" />
        {t("figures.privacy")}
      </p>
    </div>
  );
}

/** A value as its unit is written; what is withheld to protect people says so. */
function written(figure: MetricGroup["figure"] | null | undefined, unit: string | undefined): string {
  if (!figure || figure.value === null) return "–";
  return unit === "s" ? stopwatch(figure.value) : share(figure.value);
}

function Total({ name, answer }: { name: string; answer: MetricAnswer | undefined }) {
  const t = useT();
  const figure = answer?.total;
  return (
    <div className="card">
      <dt className="meta" title={answer?.formula ? `${name} v${answer.formula.version}` : undefined}>
        {formulaName(name)}
      </dt>
      <dd className="total num">{written(figure, answer?.formula?.unit)}</dd>
      <dd className="meta num">
        {figure?.withheld ? t("figures.withheld") : figure && t("figures.of", { n: Math.round(figure.denominator) })}
      </dd>
    </div>
  );
}

/** By which formula an answer is counted: its name, and closer to it code and statement. */
function FormulaNote({ answer }: { answer: MetricAnswer }) {
  const t = useT();
  const [used, ...others] = formulasOf(answer);
  if (!used || others.length > 0) return null;
  return (
    <details className="meta">
      <summary>
        {t("figures.formula")}: {formulaName(used)}
      </summary>
      <p>
        {formulaCode(used)}
        {answer.formula && (
          <>
            {": "}
            <span lang="en">{answer.formula.statement}</span>
          </>
        )}
      </p>
    </details>
  );
}

function formulaOf(answer: MetricAnswer, group?: MetricGroup): string {
  return group?.formula ?? (answer.formula ? `${answer.formula.id}@${answer.formula.version}` : "");
}

/** Every formula of an answer, once: clients' contracts may name different ones. */
function formulasOf(answer: MetricAnswer): string[] {
  const each = answer.groups.length > 0 ? answer.groups.map((group) => formulaOf(answer, group)) : [formulaOf(answer)];
  return [...new Set(each)].filter(Boolean);
}

function Groups({ answer, by }: { answer: MetricAnswer; by: string }) {
  const t = useT();
  const contract = answer.groups.some((group) => group.target != null);
  const own = formulasOf(answer).length > 1;
  return (
    <div className="table-scroll" role="group" aria-label={t("figures.groups")} tabIndex={0}>
      <table>
        <caption className="hidden-visually">{t("figures.groups")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("figures.group")}</th>
            <th scope="col">{t("figures.value")}</th>
            <th scope="col">{t("figures.counted")}</th>
            {contract && <th scope="col">{t("figures.target")}</th>}
            {own && (
              <th scope="col" className="figures-words">
                {t("figures.formula")}
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {answer.groups.map((group) => (
            <tr key={group.key}>
              <th scope="row">{groupLabel(by, group)}</th>
              <td>
                <Value group={group} unit={answer.formula?.unit} />
              </td>
              <td className="num">
                {group.figure.withheld
                  ? t("figures.withheld")
                  : `${Math.round(group.figure.numerator)} / ${Math.round(group.figure.denominator)}`}
              </td>
              {contract && (
                <td className="num">
                  {group.target != null && share(group.target)}
                  {group.counting && ` · ${group.counting.thresholds_s.map(stopwatch).join(", ")}`}
                </td>
              )}
              {own && (
                <td className="meta figures-words" title={formulaCode(formulaOf(answer, group))}>
                  {formulaName(formulaOf(answer, group))}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Value({ group, unit }: { group: MetricGroup; unit: string | undefined }) {
  const t = useT();
  const words = written(group.figure, unit);
  if (group.met == null) return <span className="num">{words}</span>;
  return (
    <Pill tone={group.met ? "ok" : "bad"} icon={group.met ? "check" : "arrow-down"}>
      {words}
      {!group.met && <span className="hidden-visually">{t("floor.below_target")}</span>}
    </Pill>
  );
}
