import type { Queue, Relocated } from "@/api/types";
import { useT } from "@/i18n";
import { clock, day, decimal } from "@/i18n/format";

interface Props {
  lost: Relocated;
  queues: readonly Queue[];
  names: ReadonlyMap<string, string>;
}

/** After a lost site: who takes over on a free day, to be asked first, and what nobody takes. */
export function Hole({ lost, queues, names }: Props) {
  const t = useT();
  const queue = (id: string | null) => queues.find((one) => one.id === id)?.name ?? t("roster.all_queues");
  return (
    <section className="card stack roster-hole" aria-labelledby="roster-hole">
      <h3 id="roster-hole">{t("roster.hole")}</h3>
      {lost.taken.length > 0 && (
        <p>{t("roster.hole.taken", { n: lost.taken.length, names: [...new Set(lost.taken.map((one) => names.get(one.operator_id) ?? ""))].join(", ") })}</p>
      )}
      {lost.left_open.length === 0 && <p>{t("roster.hole.none")}</p>}
      <ul>
        {lost.left_open.map((one) => (
          <li key={`${one.queue_id}/${one.from_at}`}>
            {t("roster.hole.open", { queue: queue(one.queue_id), day: day(one.from_at), from: clock(one.from_at), until: clock(one.until_at), n: decimal(one.people, 0, 1) })}
          </li>
        ))}
      </ul>
    </section>
  );
}
