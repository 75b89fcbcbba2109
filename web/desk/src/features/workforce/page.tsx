import { useState } from "react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { api } from "@/api/client";
import type { Forecast } from "@/api/types";
import { explain } from "@/api/words";
import { failed } from "@/api/plans/notes";
import { Noted } from "@/api/plans/noted";
import { FailedOf } from "@/failed";
import { useT } from "@/i18n";
import { day as shortDay, isoDay, longDay } from "@/i18n/format";
import { may, useSession } from "@/session";
import { useAllQueues } from "@/reference";
import { Empty, Pill, Skeleton } from "@ui/bits";
import { Button } from "@ui/button";
import { Select, TextField } from "@ui/field";
import { say } from "@ui/toast";
import { useAgain, useDay, useForecasts, useRequirement, type Wish } from "./api";
import { DayChart, DayTable } from "./chart";
import { Accuracy } from "./accuracy";
import { Compare } from "./compare";
import { AskForm, EditForm, Edits } from "./parts";
import { Sections } from "./sections";
import { Why } from "./why";
import "@ui/table.css";
import "./workforce.css";
import "./words";

/** What will come to a queue on a day, how sure that is, how many people it takes, how good it was. */
export function PlanningPage() {
  const t = useT();
  const navigate = useNavigate({ from: "/planning" });
  const search = useSearch({ from: "/desk/planning" });
  const plans = may(useSession(), "workforce.plan");
  const queues = useAllQueues();
  const queue = queues.data?.find((one) => one.id === search.queue) ?? queues.data?.[0];
  const forecasts = useForecasts(queue?.id);
  const items = forecasts.data?.items ?? [];
  const forecast = items.find((one) => one.id === search.forecast) ?? items[0];
  const set = (next: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace: true });
  return (
    <div className="page" data-region tabIndex={-1}>
      <header className="page-head">
        <h1>{t("nav.planning")}</h1>
        {queues.data && queues.data.length > 0 && (
          <Select
            label={t("plan.queue")}
            value={queue?.id}
            onChange={(event) => set({ queue: event.target.value, forecast: undefined, day: undefined })}
          >
            {queues.data.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </Select>
        )}
        {items.length > 0 && (
          <Select
            label={t("plan.forecast")}
            value={forecast?.id}
            onChange={(event) => set({ forecast: event.target.value, day: undefined })}
          >
            {items.map((one) => (
              <option key={one.id} value={one.id}>
                {`${shortDay(one.asked_at)} · ${one.reason}${one.published_at ? ` · ${t("plan.published")}` : ""}`}
              </option>
            ))}
          </Select>
        )}
        <Sections />
      </header>
      {(queues.isPending || forecasts.isLoading) && <Skeleton label={t("loading")} lines={5} />}
      <FailedOf all={[queues, forecasts]} />
      {queues.data?.length === 0 && <Empty icon="activity" title={t("plan.no_queue")} />}
      {queue && plans && <AskForm queue={queue.id} onAsked={(id) => set({ forecast: id, day: undefined })} />}
      {forecasts.data && !forecast && <Empty icon="activity" title={t("plan.none")} />}
      {forecast && <Shown forecast={forecast} day={search.day} plans={plans} onDay={(day) => set({ day })} />}
      {queue && (
        <section className="card stack plan-card" aria-labelledby="plan-accuracy">
          <h2 id="plan-accuracy">{t("plan.accuracy")}</h2>
          <Accuracy queue={queue.id} />
        </section>
      )}
    </div>
  );
}

interface ShownProps {
  forecast: Forecast;
  day: string | undefined;
  plans: boolean;
  onDay: (day: string) => void;
}

function Shown({ forecast, day, plans, onDay }: ShownProps) {
  const t = useT();
  const again = useAgain();
  // The day it is at the desk: a forecast that was published a while ago begins with days gone by.
  const [today] = useState(() => isoDay(Date.now()));
  const chosen = forecast.days.find((one) => one.day === (day ?? today)) ?? forecast.days[0];
  const [wish, setWish] = useState<Wish>({ service_level: 0.8, target_s: 20, aht_s: null, away: 0.3 });
  const detail = useDay(forecast, chosen?.day);
  const required = useRequirement(forecast, chosen?.day, wish);
  if (forecast.state === "asked") return <p role="status">{t("plan.making")}</p>;
  if (forecast.state === "failed") return <Empty icon="triangle-alert" title={failed(forecast.failed_by) ?? t("plan.failed")} />;
  const draft = forecast.published_at === null;
  const publish = async () => {
    try {
      await api.post(`/workforce/forecasts/${forecast.id}/publish`);
      say(t("plan.is_published"));
    } catch (wrong) {
      say(explain(wrong));
    }
    await again();
  };
  const intervals = detail.data?.intervals ?? [];
  const total = intervals.reduce((sum, one) => sum + one.mean, 0);
  return (
    <section className="card stack plan-card" aria-labelledby="plan-day">
      <div className="plan-form">
        <Select label={t("plan.day")} value={chosen?.day} onChange={(event) => onDay(event.target.value)}>
          {forecast.days.map((one) => (
            <option key={one.day} value={one.day}>
              {longDay(`${one.day}T12:00:00Z`)}
            </option>
          ))}
        </Select>
        <Promise wish={wish} onWish={setWish} />
        <Pill tone={draft ? "plain" : "ok"} icon={draft ? "clock" : "check"}>
          {draft ? t("plan.draft") : t("plan.published")}
        </Pill>
        {plans && draft && (
          <Button tone="primary" onPress={() => void publish()}>
            {t("plan.publish")}
          </Button>
        )}
      </div>
      <h2 id="plan-day">
        {chosen && longDay(`${chosen.day}T12:00:00Z`)}
        <span className="meta num"> {t("plan.total", { n: Math.round(total) })}</span>
      </h2>
      {required.error && (
        <p className="field-error" role="status">
          {explain(required.error)}
        </p>
      )}
      {required.data && !required.error && (
        <p className="meta num">{t("plan.paid_hours", { n: Math.round(required.data.paid_hours) })}</p>
      )}
      {intervals.length > 0 && <DayChart intervals={intervals} required={required.error ? undefined : required.data} />}
      {detail.data && plans && draft && intervals.length > 0 && <EditForm key={chosen?.day} forecast={forecast} intervals={intervals} />}
      {detail.data && <Edits detail={detail.data} editable={plans && draft} />}
      <Why day={chosen} />
      {chosen && intervals.length > 0 && <Compare forecast={forecast} day={chosen.day} wish={wish} />}
      <details>
        <summary>{t("plan.table")}</summary>
        <DayTable intervals={intervals} required={required.error ? undefined : required.data} />
      </details>
      {forecast.notes.length > 0 && (
        <ul className="meta plan-notes">
          {forecast.notes.map((note) => (
            <Noted key={note.text} note={note} />
          ))}
        </ul>
      )}
    </section>
  );
}

/** What is promised, and how much of paid time people are elsewhere. */
function Promise({ wish, onWish }: { wish: Wish; onWish: (wish: Wish) => void }) {
  const t = useT();
  const number = (text: string, least: number, most: number) => Math.min(most, Math.max(least, Number(text) || 0));
  return (
    <>
      <TextField
        label={t("plan.level")}
        type="number"
        min={1}
        max={99}
        value={Math.round(wish.service_level * 100)}
        onChange={(event) => onWish({ ...wish, service_level: number(event.target.value, 1, 99) / 100 })}
      />
      <TextField
        label={t("plan.target")}
        type="number"
        min={0}
        max={86_400}
        value={wish.target_s}
        onChange={(event) => onWish({ ...wish, target_s: number(event.target.value, 0, 86_400) })}
      />
      <TextField
        label={t("plan.aht")}
        type="number"
        min={1}
        max={86_400}
        placeholder={t("plan.aht_past")}
        value={wish.aht_s ?? ""}
        onChange={(event) =>
          onWish({ ...wish, aht_s: event.target.value ? number(event.target.value, 1, 86_400) : null })
        }
      />
      <TextField
        label={t("plan.away")}
        type="number"
        min={0}
        max={90}
        value={Math.round(wish.away * 100)}
        onChange={(event) => onWish({ ...wish, away: number(event.target.value, 0, 90) / 100 })}
      />
    </>
  );
}
