import type { Queue, StandIn } from "@/api/types";
import { Failed } from "@/failed";
import { msg, useT } from "@/i18n";
import { clock, day, decimal } from "@/i18n/format";
import { Pill } from "@ui/bits";
import { useStandIns } from "./api";
import { openByQueue } from "./model";

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
  unanswered: msg("roster.hole.unanswered"),
};

const no = new Set<StandIn["state"]>(["declined", "refused", "unanswered"]);

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
          {data.asked.map(({ shift, state, why, until_at }) => (
            <li key={`${shift.operator_id}/${shift.starts_at}`} className="row-flex wrap">
              <span className="grow">
                {names.get(shift.operator_id)} <span className="num">{`${day(shift.starts_at)} ${clock(shift.starts_at)}–${clock(shift.ends_at)}`}</span>
              </span>
              <Pill tone={state === "done" ? "ok" : no.has(state) ? "warn" : "plain"}>
                {why.includes("unseen")
                  ? t("roster.hole.unseen")
                  : why.includes("asked_already")
                    ? t("roster.hole.asked_already")
                    : state === "waiting" && until_at
                      ? t("roster.hole.waits_until", { day: day(until_at), at: clock(until_at) })
                      : t(states[state])}
              </Pill>
            </li>
          ))}
        </ul>
      )}
      {data?.left_open.length === 0 && <p>{t("roster.hole.none")}</p>}
      {data?.asked.length === 0 && data.left_open.length > 0 && <p>{t("roster.hole.nobody")}</p>}
      <ul aria-label={t("roster.hole.left")}>
        {openByQueue(data?.left_open ?? []).map(({ id, spans, hours, worst }) => (
          <li key={id}>
            <details>
              <summary>
                {t("roster.hole.queue", { queue: queue(id), hours: decimal(hours, 0, 1), n: decimal(worst.people, 0, 1), day: day(worst.from_at), at: clock(worst.from_at) })}
              </summary>
              {spans.map((one) => (
                <p key={one.from_at} className="meta num">
                  {t("roster.hole.open", { day: day(one.from_at), from: clock(one.from_at), until: clock(one.until_at), n: decimal(one.people, 0, 1) })}
                </p>
              ))}
            </details>
          </li>
        ))}
      </ul>
    </section>
  );
}
