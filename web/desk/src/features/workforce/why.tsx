import type { Forecast } from "@/api/types";
import { useT } from "@/i18n";
import { weekdayName } from "./weekday";

/** Why a day is expected to be as it is: a usual day's volume, times a factor for each reason. */
export function Why({ day }: { day: Forecast["days"][number] | undefined }) {
  const t = useT();
  const named = useReasons();
  if (!day) return null;
  const known = day.events ?? [];
  const factors = Object.entries(day.because).filter(([, factor]) => Math.round((factor - 1) * 100) !== 0);
  if (factors.length === 0 && known.length === 0) return null;
  return (
    <details className="plan-why">
      <summary>{t("because.title")}</summary>
      {known.length > 0 && <p>{t("because.known", { events: known.join(", ") })}</p>}
      {day.usual !== null && <p className="num">{t("because.usual", { n: Math.round(day.usual) })}</p>}
      <ul className="plan-notes">
        {factors.map(([name, factor]) => (
          <li key={name} className="num">
            {named(name)}: {factor > 1 ? "+" : "−"}
            {Math.abs(Math.round((factor - 1) * 100))}%
          </li>
        ))}
      </ul>
    </details>
  );
}

function useReasons(): (name: string) => string {
  const t = useT();
  const known: Record<string, string> = {
    level: t("because.level"),
    "last days": t("because.last_days"),
    rest: t("because.rest"),
    closed: t("because.closed"),
    holiday: t("because.holiday"),
    "beginning of the month": t("because.month_begin"),
    "middle of the month": t("because.month_middle"),
    "after the middle of the month": t("because.month_after_middle"),
    "end of the month": t("because.month_end"),
    "last working day of the month": t("because.month_last"),
    "day after a holiday": t("because.after_holiday"),
    "day before a holiday": t("because.before_holiday"),
    "two days after a holiday": t("because.two_after_holiday"),
  };
  return (name) => {
    const weekday = weekdayName(name);
    if (weekday) return weekday;
    const event = /^event (.+)$/.exec(name);
    if (event) return t("because.event", { kind: event[1]! });
    const place = /^working day (\d+) (of the month|from the end of the month)$/.exec(name);
    if (place) return place[2] === "of the month" ? t("because.day_of_month", { n: place[1]! }) : t("because.day_from_end", { n: place[1]! });
    const after = /^day after (.+)$/.exec(name);
    if (after && !known[name]) return t("because.after_event", { kind: after[1]! });
    return known[name] ?? name.replace(/^holiday /, "");
  };
}
