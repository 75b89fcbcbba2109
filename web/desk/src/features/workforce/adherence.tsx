import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { DayAdherence } from "@/api/types";
import { Failed } from "@/failed";
import { useT } from "@/i18n";
import { share } from "@/i18n/format";

/** How yesterday's roster was kept, by groups of at least five; nobody alone, and no day that goes on. */
export function GroupAdherence() {
  const t = useT();
  const { data, error, refetch } = useQuery({
    queryKey: ["plan", "adherence"],
    queryFn: () => api.get<DayAdherence>("/workforce/adherence"),
  });
  return (
    <section className="card stack plan-card" aria-labelledby="adherence">
      <h2 id="adherence">{t("adherence.title")}</h2>
      {error && <Failed error={error} retry={refetch} />}
      {data && <p className="meta">{t("adherence.why", { n: data.smallest_group })}</p>}
      {data?.groups.length === 0 && <p className="meta">{t("adherence.none")}</p>}
      {data && data.groups.length > 0 && (
        <ul className="plan-notes">
          {data.groups.map((one) => (
            <li key={one.group} className="num">
              {t("adherence.of", {
                group: one.group === "others" ? t("adherence.others") : one.group,
                people: one.people,
                share: share(one.share),
                hours: one.rostered_hours,
              })}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
