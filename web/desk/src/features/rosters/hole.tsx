import type { Queue, StandIn } from "@/api/types";
import { Failed } from "@/failed";
import { msg, useT } from "@/i18n";
import { clock, day, decimal } from "@/i18n/format";
import { Pill } from "@ui/bits";
import { useStandIns } from "./api";

interface Props {
  roster: string;
  /** The version of what is shown: what is open changes with it. */
  v: number;
  queues: readonly Queue[];
  names: ReadonlyMap<string, string>;
}

const states: Record<StandIn["state"], string> = {
  to_ask: msg("roster.hole.to_ask"),
  waiting: msg("roster.hole.waiting"),
  done: msg("roster.hole.agreed"),
  declined: msg("roster.hole.declined"),
  refused: msg("roster.hole.refused"),
  withdrawn: msg("roster.hole.withdrawn"),
  undone: msg("roster.hole.undone"),
};

/** After a lost site: who takes over on a free day and what they say, and what nobody takes. */
export function Hole({ roster, v, queues, names }: Props) {
  const t = useT();
  const { data, error, refetch } = useStandIns(roster, v);
  const queue = (id: string | null) => queues.find((one) => one.id === id)?.name ?? t("roster.all_queues");
  const toAsk = data?.asked.some((one) => one.state === "to_ask");
  return (
    <section className="card stack roster-hole" aria-labelledby="roster-hole">
      <h3 id="roster-hole">{t("roster.hole")}</h3>
      {error && <Failed error={error} retry={refetch} />}
      {toAsk && <p>{t("roster.hole.taken")}</p>}
      {data && data.asked.length > 0 && (
        <ul aria-label={t("roster.hole.who")}>
          {data.asked.map(({ shift, state, why }) => (
            <li key={`${shift.operator_id}/${shift.starts_at}`} className="row-flex wrap">
              <span className="grow">
                {names.get(shift.operator_id)} <span className="num">{`${day(shift.starts_at)} ${clock(shift.starts_at)}–${clock(shift.ends_at)}`}</span>
              </span>
              <Pill tone={state === "done" ? "ok" : state === "refused" || state === "declined" ? "warn" : "plain"}>
                {why.includes("unseen")
                  ? t("roster.hole.unseen")
                  : why.includes("asked_already")
                    ? t("roster.hole.asked_already")
                    : t(states[state])}
              </Pill>
            </li>
          ))}
        </ul>
      )}
      {data?.left_open.length === 0 && <p>{t("roster.hole.none")}</p>}
      <ul aria-label={t("roster.hole.left")}>
        {data?.left_open.map((one) => (
          <li key={`${one.queue_id}/${one.from_at}`}>
            {t("roster.hole.open", { queue: queue(one.queue_id), day: day(one.from_at), from: clock(one.from_at), until: clock(one.until_at), n: decimal(one.people, 0, 1) })}
          </li>
        ))}
      </ul>
    </section>
  );
}
