import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { CommuteFactors, PlanWays } from "@/api/types";
import { Failed } from "@/failed";
import { useT } from "@/i18n";
import { decimal } from "@/i18n/format";

const whole = (n: number) => decimal(n, 0, 0);
const told = (n: number) => decimal(n, 0, 1);

/** What a plan takes of commuting and of seats, beside everybody at the office. */
export function PlanWaysCard({ roster, v }: { roster: string; v: number }) {
  const t = useT();
  const { data, error, refetch } = useQuery({
    queryKey: ["rosters", "ways", roster, v],
    queryFn: () => api.get<PlanWays>(`/workforce/rosters/${roster}/ways`),
  });
  if (!data && !error) return null;
  return (
    <details className="card roster-ways">
      <summary>{t("ways.title")}</summary>
      {error && <Failed error={error} retry={refetch} />}
      {data && !data.plan && <p>{t("worth.few", { n: data.smallest_group })}</p>}
      {data?.plan && data.all_there && (
        <ul>
          <li>{t("ways.trips", { trips: whole(data.plan.trips), days: whole(data.plan.days) })}</li>
          <li>
            {t("ways.commute", {
              hours: decimal(data.plan.commute_minutes / 60, 0, 0),
              kg: decimal(data.plan.kg_co2, 0, 0),
              all_hours: decimal(data.all_there.commute_minutes / 60, 0, 0),
              all_kg: decimal(data.all_there.kg_co2, 0, 0),
            })}
          </li>
          <li>{t("ways.seats", { seats: whole(data.plan.seats), all: whole(data.all_there.seats) })}</li>
        </ul>
      )}
      {data && <Factors of={data.commute} seats={data.seats} />}
    </details>
  );
}

/** The factors in words, with where they come from: they are the organisation's to change. */
export function Factors({ of, seats }: { of: CommuteFactors; seats: number | null }) {
  const t = useT();
  return (
    <p className="meta">
      {t("ways.factors", { km: told(of.km_a_day), minutes: told(of.minutes_a_day), car: told(of.by_car_percent), grams: told(of.g_co2_per_car_km) })}{" "}
      {t("ways.source", { source: of.source })} {seats !== null && t("ways.limit", { n: whole(seats) })} {t("ways.change")}
    </p>
  );
}
