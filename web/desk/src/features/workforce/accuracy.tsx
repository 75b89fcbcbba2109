import type { Ledger } from "@/api/types";
import { Failed } from "@/failed";
import { useT } from "@/i18n";
import { day as shortDay, share } from "@/i18n/format";
import { useAccuracy } from "./api";

/** Published forecasts as each of their days was scored, beside who knew nothing but the same past. */
export function Accuracy({ queue }: { queue: string }) {
  const t = useT();
  const { data, error, refetch } = useAccuracy(queue);
  if (error) return <Failed error={error} retry={refetch} />;
  if (!data) return null;
  if (data.length === 0) return <p className="meta">{t("plan.not_judged")}</p>;
  return (
    <>
      <Errors
        label={t("plan.accuracy")}
        first={t("plan.forecast")}
        rows={data.map((one) => ({
          id: one.forecast.id,
          name: one.forecast.reason,
          days: one.days,
          errors: [one.published.wape, one.last_week, one.four_weeks, one.chance],
        }))}
      />
      {data.map((one) => (
        <ByDay key={one.forecast.id} ledger={one} />
      ))}
    </>
  );
}

function ByDay({ ledger }: { ledger: Ledger }) {
  const t = useT();
  const days = ledger.by_day.filter((one) => one.volume > 0);
  return (
    <details>
      <summary>{t("plan.by_day", { forecast: ledger.forecast.reason })}</summary>
      <Errors
        label={t("plan.by_day", { forecast: ledger.forecast.reason })}
        first={t("plan.day")}
        rows={days.map((one) => ({
          id: one.day,
          name: shortDay(`${one.day}T12:00:00Z`),
          errors: [one.wape, one.last_week_wape, one.four_weeks_wape, one.chance],
        }))}
      />
    </details>
  );
}

interface Row {
  id: string;
  name: string;
  days?: number;
  errors: (number | null)[];
}

function Errors({ label, first, rows }: { label: string; first: string; rows: Row[] }) {
  const t = useT();
  const counted = rows.some((row) => row.days !== undefined);
  return (
    <div className="table-scroll" role="group" aria-label={label} tabIndex={0}>
      <table>
        <caption className="hidden-visually">{label}</caption>
        <thead>
          <tr>
            <th scope="col">{first}</th>
            {counted && <th scope="col">{t("plan.days_over")}</th>}
            <th scope="col">{t("plan.error_ours")}</th>
            <th scope="col">{t("plan.error_week")}</th>
            <th scope="col">{t("plan.error_weeks")}</th>
            <th scope="col">{t("plan.error_chance")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              <th scope="row">{row.name}</th>
              {counted && <td className="num">{row.days}</td>}
              {row.errors.map((error, at) => (
                <td key={at} className="num">
                  {share(error)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
