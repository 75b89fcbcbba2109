import { clock } from "@/i18n/format";
import { useT } from "@/i18n";
import type { ForecastInterval as Interval, Requirement } from "@/api/types";
import { figure, tenths } from "./figures";

const WIDE = 720;
const HIGH = 240;
const LEFT = 40;
const BELOW = 24;

/** A day's forecast with its band, what the model said where a person changed it, and the people it takes. */
export function DayChart({ intervals, required }: { intervals: Interval[]; required: Requirement | undefined }) {
  const t = useT();
  const most = Math.max(1, ...intervals.map((one) => Math.max(one.high, one.made_mean)));
  const people = required?.intervals ?? [];
  const crowd = Math.max(1, ...people.map((one) => one.paid));
  const step = (WIDE - LEFT) / Math.max(intervals.length, 1);
  const x = (at: number) => LEFT + step * at;
  const y = (value: number, of: number) => HIGH - (value / of) * (HIGH - 12);
  const line = (value: (one: Interval) => number) =>
    intervals.map((one, at) => `${at ? "L" : "M"}${x(at + 0.5)} ${y(value(one), most)}`).join("");
  const band =
    line((one) => one.high) +
    [...intervals].reverse().map((one, at) => `L${x(intervals.length - at - 0.5)} ${y(one.low, most)}`).join("") +
    "Z";
  const steps = people
    .map((one, at) => `${at ? "L" : "M"}${x(at)} ${y(one.paid, crowd)}L${x(at + 1)} ${y(one.paid, crowd)}`)
    .join("");
  const changed = intervals.some((one) => one.mean !== one.made_mean);
  const every = Math.max(1, Math.ceil(intervals.length / 8));
  return (
    <figure className="plan-chart">
      {/* The table below says the same in words and numbers. */}
      <svg viewBox={`0 0 ${WIDE} ${HIGH + BELOW}`} aria-hidden="true">
        {[0, 0.5, 1].map((part) => (
          <g key={part}>
            <path className="plan-grid" d={`M${LEFT} ${y(part * most, most)}H${WIDE}`} />
            <text className="plan-tick" x={LEFT - 6} y={y(part * most, most) + 4} textAnchor="end">
              {Math.round(part * most)}
            </text>
          </g>
        ))}
        <path className="plan-band" d={band} />
        {people.length > 0 && <path className="plan-people" d={steps} />}
        {changed && <path className="plan-made" d={line((one) => one.made_mean)} />}
        <path className="plan-mean" d={line((one) => one.mean)} />
        {intervals.map(
          (one, at) =>
            at % every === 0 && (
              <text key={one.starts_at} className="plan-tick" x={x(at + 0.5)} y={HIGH + 18} textAnchor="middle">
                {clock(one.starts_at)}
              </text>
            ),
        )}
      </svg>
      <figcaption className="plan-legend meta">
        <span className="plan-key plan-key-mean">{t("plan.expected")}</span>
        <span className="plan-key plan-key-band">{t("plan.band")}</span>
        {changed && <span className="plan-key plan-key-made">{t("plan.made_mean")}</span>}
        {people.length > 0 && (
          <span className="plan-key plan-key-people">{t("plan.people_line", { most: crowd })}</span>
        )}
      </figcaption>
    </figure>
  );
}

/** The same day, interval by interval. */
export function DayTable({ intervals, required }: { intervals: Interval[]; required: Requirement | undefined }) {
  const t = useT();
  const at = new Map((required?.intervals ?? []).map((one) => [one.starts_at, one]));
  return (
    <div className="table-scroll" role="group" aria-label={t("plan.table")} tabIndex={0}>
      <table>
        <caption className="hidden-visually">{t("plan.table")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("plan.from")}</th>
            <th scope="col">{t("plan.expected")}</th>
            <th scope="col">{t("plan.band")}</th>
            <th scope="col">{t("plan.made_mean")}</th>
            <th scope="col">{t("plan.at_work")}</th>
            <th scope="col">{t("plan.paid")}</th>
          </tr>
        </thead>
        <tbody>
          {intervals.map((one) => (
            <tr key={one.starts_at}>
              <th scope="row" className="num">
                {clock(one.starts_at)}
              </th>
              <td className="num">{tenths(one.mean)}</td>
              <td className="num">
                {figure(one.low, 0)}–{figure(one.high, 0)}
              </td>
              <td className="num">{one.mean === one.made_mean ? "" : tenths(one.made_mean)}</td>
              <td className="num">{at.get(one.starts_at)?.operators ?? ""}</td>
              <td className="num">{at.get(one.starts_at)?.paid ?? ""}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
