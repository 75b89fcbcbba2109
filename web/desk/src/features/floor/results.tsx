import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import { Failed } from "@/failed";
import { msg, useT } from "@/i18n";
import { share, stopwatch } from "@/i18n/format";
import { Empty, Skeleton } from "@ui/bits";
import { Icon } from "@ui/icon";
import { Looks } from "@/looks/list";
import "@ui/table.css";
import "./floor.css";

type Results = Record<string, unknown>;

interface Shown {
  label: string;
  as: "count" | "time" | "share";
}

const known: Record<string, Shown> = {
  handled: { label: msg("results.handled"), as: "count" },
  answered: { label: msg("results.handled"), as: "count" },
  closed: { label: msg("results.closed"), as: "count" },
  aht_s: { label: msg("results.aht"), as: "time" },
  aht: { label: msg("results.aht"), as: "time" },
  frt_s: { label: msg("results.frt"), as: "time" },
  frt: { label: msg("results.frt"), as: "time" },
  wrapup_s: { label: msg("results.wrapup"), as: "time" },
  occupancy: { label: msg("results.occupancy"), as: "share" },
  available_s: { label: msg("results.available"), as: "time" },
  declined: { label: msg("results.declined"), as: "count" },
  missed: { label: msg("results.missed"), as: "count" },
  transferred: { label: msg("results.transferred"), as: "count" },
  csat: { label: msg("results.csat"), as: "count" },
};

function write(value: unknown, as: Shown["as"]): string {
  if (typeof value !== "number") return "–";
  if (as === "time") return stopwatch(value);
  return as === "share" ? share(value) : String(Math.round(value * 100) / 100);
}

/** Figures that arrive flat, or inside `today`, or as a list of metrics. */
function figures(results: Results): [string, unknown][] {
  const list = results.metrics;
  if (Array.isArray(list)) {
    return (list as { metric?: string; value?: unknown }[]).map((one) => [one.metric ?? "", one.value]);
  }
  const inner = (results.today ?? results.results ?? results) as Results;
  return Object.entries(inner);
}

/** One's own figures: always one's own to see, and nobody else's on this page. */
export function ResultsPage() {
  const t = useT();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["live", "results"],
    queryFn: () => api.get<Results>("/my/results"),
    refetchInterval: 60_000,
  });
  const shown = data ? figures(data).filter(([key]) => known[key]) : [];
  return (
    // Nothing on it takes the focus: a place in the order of Tab lets the keys scroll it.
    <div className="page" data-region tabIndex={0}>
      <header className="page-head">
        <h1>{t("nav.results")}</h1>
        <span className="meta">{t("results.today")}</span>
      </header>
      {isPending && <Skeleton label={t("loading")} />}
      {error && !data && <Failed error={error} retry={refetch} />}
      {data && shown.length === 0 && <Empty icon="star" title={t("results.none")} />}
      <dl className="totals">
        {shown.map(([key, value]) => (
          <div key={key} className="card">
            <dt className="meta">{t(known[key]!.label)}</dt>
            <dd className="total num">{write(value, known[key]!.as)}</dd>
          </div>
        ))}
      </dl>
      <p className="meta row-flex">
        <Icon name="shield-check" />
        {t("results.privacy")}
      </p>
      <section className="card stack results-looks" aria-labelledby="results-looks">
        <h2 id="results-looks">{t("look.mine")}</h2>
        <Looks path="/my/views" label={t("look.mine")} none={t("look.mine_none")} />
      </section>
    </div>
  );
}
