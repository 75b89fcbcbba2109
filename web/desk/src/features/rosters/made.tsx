import { Noted } from "@/api/plans/noted";
import { useT } from "@/i18n";
import { share } from "@/i18n/format";
import { useRuns } from "./api";
import { burdens } from "./labels";


/** What the search says of its roster: what it leaves open, how far from the cheapest it can be, who carries what. */
export function Made({ roster }: { roster: string }) {
  const t = useT();
  const runs = useRuns();
  const made = runs.data?.find((one) => one.roster_id === roster)?.made;
  if (!made) return null;
  const hours = (quarters: unknown) => Math.round(Number(quarters) / 4);
  return (
    <details className="roster-made">
      <summary>{t("roster.made")}</summary>
      <ul>
        <li>{t("roster.made.people", { people: made.people, shifts: made.shifts })}</li>
        <li>
          {t("roster.made.cover", {
            missing: hours(made.cost.missing),
            excess: hours(made.cost.excess),
            required: hours(made.cost.required),
          })}
        </li>
        <li>{(made.bound.gap ?? 1) > 0.95 ? t("roster.made.no_bound") : t("roster.made.bound", { gap: share(made.bound.gap ?? 0) })}</li>
        <li>{made.violations.length === 0 ? t("roster.made.legal") : t("roster.made.broken", { n: made.violations.length })}</li>
        {Number(made.cost.split_days) > 0 && <li>{t("roster.made.split", { n: Number(made.cost.split_days) })}</li>}
        {Number(made.cost.units_short) > 0 && <li>{t("roster.made.short", { n: Number(made.cost.units_short) })}</li>}
        {made.notes.map((note) => (
          <Noted key={note.text} note={note} />
        ))}
      </ul>
      <div className="table-scroll" role="group" aria-label={t("roster.fairness")} tabIndex={0}>
        <table>
          <caption>{t("roster.fairness")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("roster.burden")}</th>
              <th scope="col">{t("roster.mean")}</th>
              <th scope="col">{t("roster.most")}</th>
              <th scope="col">{t("roster.jain")}</th>
            </tr>
          </thead>
          <tbody>
            {Object.entries(burdens).filter(([name]) => made.fairness[name]).map(([name, label]) => (
              <tr key={name}>
                <th scope="row">{t(label)}</th>
                <td className="num">{made.fairness[name]?.mean?.toFixed(2)}</td>
                <td className="num">{made.fairness[name]?.most}</td>
                <td className="num">{made.fairness[name]?.jain?.toFixed(2)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
