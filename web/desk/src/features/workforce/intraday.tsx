import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { api } from "@/api/client";
import type { HalfHour, Intraday } from "@/api/types";
import { FailedOf } from "@/failed";
import { useT } from "@/i18n";
import { clock, day as dayOf, longDay, share, stopwatch } from "@/i18n/format";
import { may, useSession } from "@/session";
import { useAllQueues } from "@/reference";
import { Empty, Pill, Skeleton } from "@ui/bits";
import { Button } from "@ui/button";
import { Select } from "@ui/field";
import { GroupAdherence } from "./adherence";
import { figure, tenths } from "./figures";
import { Levers } from "./levers";
import { Sections } from "./sections";
import "@ui/table.css";
import "./workforce.css";
import "./words";

const AGAIN_MS = 30_000;
/** So much of what is over is shown unasked. */
const BACK_MS = 7_200_000;

/** A queue's day by half hours: planned, come, expected now, who is rostered and who is there. */
export function IntradayPage() {
  const t = useT();
  const navigate = useNavigate({ from: "/intraday" });
  const search = useSearch({ from: "/desk/intraday" });
  const plans = may(useSession(), "workforce.plan");
  const queues = useAllQueues();
  const queue = queues.data?.find((one) => one.id === search.queue) ?? queues.data?.[0];
  const day = useQuery({
    queryKey: ["plan", "intraday", queue?.id],
    queryFn: () => api.get<Intraday>("/workforce/intraday", { query: { queue_id: queue!.id } }),
    enabled: queue !== undefined,
    refetchInterval: AGAIN_MS,
  });
  const { data } = day;
  return (
    <div className="page" data-region tabIndex={-1}>
      <header className="page-head">
        <h1>{t("intraday.title")}</h1>
        {queues.data && queues.data.length > 0 && (
          <Select
            label={t("plan.queue")}
            value={queue?.id}
            onChange={(event) => void navigate({ search: { queue: event.target.value }, replace: true })}
          >
            {queues.data.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </Select>
        )}
        <Sections />
      </header>
      {(queues.isPending || day.isLoading) && <Skeleton label={t("loading")} lines={5} />}
      <FailedOf all={[queues, day]} />
      {queues.data?.length === 0 && <Empty icon="activity" title={t("plan.no_queue")} />}
      {data && <Day day={data} />}
      {data && plans && <Levers key={data.queue_id} day={data} queues={queues.data ?? []} />}
      {data && <GroupAdherence />}
    </div>
  );
}

function Day({ day }: { day: Intraday }) {
  const t = useT();
  const worse = day.factor > 1;
  const ways = {
    plan: t("intraday.way_plan", { n: day.judged }),
    level: t("intraday.way_level", { n: day.judged }),
    learnt: t("intraday.way_learnt", { n: day.judged }),
  };
  const percent = Math.round(Math.abs(day.factor - 1) * 100);
  return (
    <section className="card stack plan-card" aria-labelledby="intraday-day">
      <h2 id="intraday-day">{longDay(day.at)}</h2>
      <p className="row-flex wrap">
        {day.forecast_id === null ? (
          <Pill tone="warn" icon="triangle-alert">
            {t("intraday.no_forecast")}
          </Pill>
        ) : (
          <Pill tone={percent >= 5 && worse ? "warn" : "plain"} icon="activity">
            {percent === 0
              ? t("intraday.as_planned")
              : worse
                ? t("intraday.more", { n: percent })
                : t("intraday.fewer", { n: percent })}
          </Pill>
        )}
        {day.judged > 0 && <span className="meta num">{ways[day.way]}</span>}
        <span className="meta num">
          {t("intraday.promise", { share: share(day.target), time: stopwatch(day.target_s) })}
        </span>
      </p>
      {day.away.length > 0 && (
        <ul className="plan-notes" aria-label={t("intraday.away")}>
          {day.away.map((one) => (
            <li key={`${one.name}/${one.until}`}>{t("intraday.away_until", { name: one.name, time: clock(one.until), day: dayOf(one.until) })}</li>
          ))}
        </ul>
      )}
      {day.half_hours.length === 0 ? (
        <p className="meta">{t("intraday.nothing")}</p>
      ) : (
        <HalfHours day={day} />
      )}
      {day.half_hours.some((one) => one.withheld) && (
        <p className="meta">{t("intraday.withheld", { n: day.smallest_group })}</p>
      )}
    </section>
  );
}

function HalfHours({ day }: { day: Intraday }) {
  const t = useT();
  const [whole, setWhole] = useState(false);
  const since = Date.parse(day.at) - BACK_MS;
  const shown = whole ? day.half_hours : day.half_hours.filter((one) => Date.parse(one.starts_at) >= since);
  const heads = [
    t("plan.from"),
    t("intraday.planned"),
    t("intraday.came"),
    t("intraday.now"),
    t("intraday.level"),
    t("intraday.aht"),
    t("intraday.required"),
    t("intraday.rostered"),
    t("intraday.signed_in"),
  ];
  return (
    <>
    {shown.length < day.half_hours.length && (
      <Button tone="link" onPress={() => setWhole(true)}>
        {t("intraday.whole")}
      </Button>
    )}
    <div className="table-scroll" role="group" aria-label={t("intraday.table")} tabIndex={0}>
      <table>
        <caption className="hidden-visually">{t("intraday.table")}</caption>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((one) => (
            <Row key={one.starts_at} one={one} target={day.target} />
          ))}
        </tbody>
      </table>
    </div>
    </>
  );
}

function Row({ one, target }: { one: HalfHour; target: number }) {
  const t = useT();
  const missed = one.service_level !== null && one.service_level < target;
  const short = one.required !== null && one.rostered !== null && one.rostered < one.required;
  const people = (value: number | null) => {
    if (value !== null) return figure(value);
    return one.withheld ? t("intraday.hidden") : "";
  };
  return (
    <tr>
      <th scope="row" className="num">
        {clock(one.starts_at)}
      </th>
      <td className="num">{one.planned === null ? "" : tenths(one.planned)}</td>
      <td className="num">{one.offered ?? ""}</td>
      <td className="num">{one.expected_now === null ? "" : tenths(one.expected_now)}</td>
      <td className="num">
        {one.service_level !== null && (missed ? <strong>{t("intraday.missed", { share: share(one.service_level) })}</strong> : share(one.service_level))}
      </td>
      <td className="num">{one.aht_s === null ? (one.withheld ? t("intraday.hidden") : "") : stopwatch(one.aht_s)}</td>
      <td className="num">{one.required ?? ""}</td>
      <td className="num">{short ? <strong>{t("intraday.short", { n: people(one.rostered) })}</strong> : people(one.rostered)}</td>
      <td className="num">{people(one.signed_in)}</td>
    </tr>
  );
}
