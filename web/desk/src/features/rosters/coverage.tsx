import { useT } from "@/i18n";
import { clock } from "@/i18n/format";
import { gapsOf, hoursOf, place, type Cover, type Window } from "./model";

const HIGH = 100;

interface CoverageProps {
  cover: Cover;
  begins: number;
  window: Window;
}

/** How many a day takes beside how many are at work, and in words where people are missing. */
export function Coverage({ cover, begins, window }: CoverageProps) {
  const t = useT();
  const step = cover.minutes * 60_000;
  const most = Math.max(1, ...cover.required, ...cover.rostered);
  const y = (people: number) => HIGH - (people / most) * (HIGH - 6);
  const first = Math.max(0, Math.floor((window.from - begins) / step));
  const last = Math.min(cover.required.length, Math.ceil((window.to - begins) / step));
  const places = Array.from({ length: Math.max(0, last - first) }, (_, n) => first + n);
  const x = (at: number) => place(begins + at * step, window);
  const steps = (values: readonly number[]) =>
    places.map((at, n) => `${n ? "L" : "M"}${x(at)} ${y(values[at] ?? 0)}L${x(at + 1)} ${y(values[at] ?? 0)}`).join("");
  const area = `${steps(cover.rostered)}L${x(last)} ${HIGH}L${x(first)} ${HIGH}Z`;
  const lack = places
    .filter((at) => cover.required[at]! > cover.rostered[at]!)
    .map((at) => `M${x(at)} ${y(cover.rostered[at]!)}H${x(at + 1)}V${y(cover.required[at]!)}H${x(at)}Z`)
    .join("");
  const gaps = gapsOf(cover);
  const hours = (people: number) => Math.round(((people * cover.minutes) / 60) * 10) / 10;
  const needs = cover.required.some((people) => people > 0);
  return (
    <div className="roster-cover">
      <p className="roster-names meta num" role="status">
        {!needs && t("roster.no_need")}
        {needs && gaps.worst && t("roster.missing", { hours: hours(gaps.missing), n: Math.ceil(gaps.worst.missing), at: clock(new Date(begins + gaps.worst.at * step).toISOString()) })}
        {needs && !gaps.worst && t("roster.covered")}
        {needs && ` ${t("roster.excess", { hours: hours(gaps.excess) })}`}
      </p>
      <div className="roster-track roster-curve">
        {/* The line beside says the same in words. */}
        <svg viewBox={`0 0 100 ${HIGH}`} preserveAspectRatio="none" aria-hidden="true">
          <path className="roster-there" d={area} />
          <path className="roster-lack" d={lack} />
          <path className="roster-needed" d={steps(cover.required)} vectorEffect="non-scaling-stroke" />
        </svg>
        <span className="roster-most meta num" aria-hidden="true">
          {Math.ceil(most)}
        </span>
      </div>
    </div>
  );
}

/** The hours above the board. */
export function Hours({ window, begins }: { window: Window; begins: number }) {
  return (
    <div className="roster-hours" aria-hidden="true">
      <span className="roster-names" />
      <div className="roster-track">
        {hoursOf(window, begins).map((at) => (
          <span key={at} className="roster-hour num meta" style={{ insetInlineStart: `${place(at, window)}%` }}>
            {clock(new Date(at).toISOString())}
          </span>
        ))}
      </div>
    </div>
  );
}
