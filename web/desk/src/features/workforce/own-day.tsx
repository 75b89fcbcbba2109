import { useState } from "react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { OwnAdherence, OwnStep, OwnSteps } from "@/api/types";
import { explain } from "@/api/words";
import { Failed } from "@/failed";
import { useT } from "@/i18n";
import { clock, isoDay, longDay, share } from "@/i18n/format";
import { Pill } from "@ui/bits";
import { Button } from "@ui/button";
import { say } from "@ui/toast";
import { times } from "./requests";

const AGAIN_MS = 60_000;
const DAY_MS = 86_400_000;
/** So far back one's own days are shown. */
const BACK_DAYS = 31;

/** What is offered to oneself while at work, to take or not, and what of one's day was changed. */
export function Offers() {
  const t = useT();
  const queries = useQueryClient();
  const { data } = useQuery({
    queryKey: ["own-shifts", "offers"],
    queryFn: () => api.get<OwnSteps>("/me/offers"),
    refetchInterval: AGAIN_MS,
  });
  const answer = async (one: OwnStep, agrees: boolean) => {
    try {
      await api.post(`/me/offers/${one.id}/answer`, { agrees });
      say(agrees ? t("offers.taken") : t("offers.left"));
    } catch (wrong) {
      say(explain(wrong));
    }
    await queries.invalidateQueries({ queryKey: ["own-shifts"] });
  };
  if (!data || data.steps.length === 0) return null;
  return (
    <section className="card stack plan-card" aria-labelledby="own-offers">
      <h2 id="own-offers">{t("offers.title")}</h2>
      <p className="meta">{t("offers.why")}</p>
      <ul className="plan-edits" aria-label={t("offers.title")}>
        {data.steps.map((one) => (
          <Offer key={one.id} one={one} answer={(agrees) => void answer(one, agrees)} />
        ))}
      </ul>
    </section>
  );
}

function Offer({ one, answer }: { one: OwnStep; answer: (agrees: boolean) => void }) {
  const t = useT();
  const kinds: Record<string, string> = {
    time_off: t("levers.time_off"),
    extra_hours: t("levers.extra_hours"),
    break_move: t("levers.break_move"),
    skill_move: t("offers.help"),
  };
  const what = kinds[one.kind] ?? one.kind;
  const stretch = `${clock(one.from_at)}–${clock(one.until_at)}`;
  return (
    <li className="stack">
      <span className="row-flex wrap">
        <span className="grow">
          <strong>{what}</strong> <span className="num">{stretch}</span>
        </span>
        {!one.open && <Pill tone={one.state === "undone" ? "plain" : "ok"}>{one.state === "undone" ? t("offers.undone") : t("offers.holds")}</Pill>}
      </span>
      {one.was.length > 0 && one.kind !== "break_move" && (
        <span className="num">{t("shifts.exchange", { was: times(one.was), becomes: times(one.becomes) || t("offers.nothing") })}</span>
      )}
      <span className="meta">
        {one.reason} ({one.by})
      </span>
      {one.open && (
        <span className="row-flex wrap">
          <Button tone="primary" aria-label={t("offers.take_of", { what, stretch })} onPress={() => answer(true)}>
            {t("offers.take")}
          </Button>
          <Button tone="outline" aria-label={t("offers.leave_of", { what, stretch })} onPress={() => answer(false)}>
            {t("offers.leave")}
          </Button>
        </span>
      )}
    </li>
  );
}

/** One's own adherence, day by day: nobody else sees it here, and nobody is told that one looked. */
export function OwnAdherenceCard() {
  const t = useT();
  const [back, setBack] = useState(0);
  const [opened] = useState(() => Date.now());
  const day = isoDay(opened - back * DAY_MS);
  const { data, error, refetch } = useQuery({
    queryKey: ["own-shifts", "adherence", day],
    queryFn: () => api.get<OwnAdherence>("/me/adherence", { query: { day } }),
    retry: false,
  });
  return (
    <section className="card stack plan-card" aria-labelledby="own-adherence">
      <h2 id="own-adherence">{t("own_adherence.title")}</h2>
      <p className="meta">{t("own_adherence.why")}</p>
      <div className="row-flex wrap">
        <Button tone="outline" isDisabled={back >= BACK_DAYS} aria-label={t("own_adherence.before")} onPress={() => setBack(back + 1)}>
          ←
        </Button>
        <strong className="grow">{longDay(`${day}T12:00:00Z`)}</strong>
        <Button tone="outline" isDisabled={back === 0} aria-label={t("own_adherence.after")} onPress={() => setBack(back - 1)}>
          →
        </Button>
      </div>
      {error && <Failed error={error} retry={refetch} />}
      <p role="status" className="num">
        {data && data.share === null && t("own_adherence.none")}
        {data && data.share !== null && t("own_adherence.of", { share: share(data.share), hours: data.rostered_hours })}
      </p>
    </section>
  );
}
