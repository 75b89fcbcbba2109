import { useState, type FormEvent } from "react";
import { api } from "@/api/client";
import { explain } from "@/api/words";
import { useT } from "@/i18n";
import { clock, day as shortDay } from "@/i18n/format";
import { Button } from "@ui/button";
import { Select, TextField } from "@ui/field";
import { say } from "@ui/toast";
import type { Forecast, ForecastDetail as Detail, ForecastInterval as Interval } from "@/api/types";
import { useAgain } from "./api";

/** Asks for a forecast; the reason stays beside it. */
export function AskForm({ queue, onAsked }: { queue: string; onAsked: (id: string) => void }) {
  const t = useT();
  const again = useAgain();
  const [reason, setReason] = useState("");
  const [error, setError] = useState<string>();
  const ask = async (event: FormEvent) => {
    event.preventDefault();
    try {
      const asked = await api.post<Forecast>("/workforce/forecasts", { queue_id: queue, reason });
      setReason("");
      setError(undefined);
      onAsked(asked.id);
      await again();
    } catch (wrong) {
      setError(explain(wrong));
    }
  };
  return (
    <form className="plan-form" onSubmit={(event) => void ask(event)}>
      <TextField
        label={t("plan.reason")}
        value={reason}
        required
        maxLength={500}
        error={error}
        onChange={(event) => setReason(event.target.value)}
      />
      <Button type="submit" tone="outline" icon="history">
        {t("plan.ask")}
      </Button>
    </form>
  );
}

/** Changes what is expected between two times of the day by a percentage, with the reason. */
export function EditForm({ forecast, intervals }: { forecast: Forecast; intervals: Interval[] }) {
  const t = useT();
  const again = useAgain();
  const [from, setFrom] = useState(0);
  const [until, setUntil] = useState(intervals.length - 1);
  const [percent, setPercent] = useState("10");
  const [reason, setReason] = useState("");
  const [error, setError] = useState<string>();
  const end = (one: Interval) => new Date(Date.parse(one.starts_at) + forecast.minutes * 60_000).toISOString();
  const change = async (event: FormEvent) => {
    event.preventDefault();
    const first = intervals[Math.min(from, intervals.length - 1)]!;
    const last = intervals[Math.min(until, intervals.length - 1)]!;
    try {
      await api.post(`/workforce/forecasts/${forecast.id}/edits`, {
        from_at: first.starts_at,
        until_at: end(last),
        factor: 1 + Number(percent) / 100,
        reason,
      });
      setReason("");
      setError(undefined);
      say(t("plan.changed"));
      await again();
    } catch (wrong) {
      setError(explain(wrong));
    }
  };
  return (
    <form className="plan-form" onSubmit={(event) => void change(event)}>
      <Select label={t("plan.from")} value={from} onChange={(event) => setFrom(Number(event.target.value))}>
        {intervals.map((one, at) => (
          <option key={one.starts_at} value={at}>
            {clock(one.starts_at)}
          </option>
        ))}
      </Select>
      <Select label={t("plan.until")} value={until} onChange={(event) => setUntil(Number(event.target.value))}>
        {intervals.map((one, at) => (
          <option key={one.starts_at} value={at}>
            {clock(end(one))}
          </option>
        ))}
      </Select>
      <TextField
        label={t("plan.percent")}
        type="number"
        min={-100}
        max={900}
        required
        value={percent}
        onChange={(event) => setPercent(event.target.value)}
      />
      <TextField
        label={t("plan.reason")}
        required
        maxLength={500}
        value={reason}
        error={error}
        onChange={(event) => setReason(event.target.value)}
      />
      <Button type="submit" tone="outline">
        {t("plan.change")}
      </Button>
    </form>
  );
}

/** What people changed, each with its reason and a way back. */
export function Edits({ detail, editable }: { detail: Detail; editable: boolean }) {
  const t = useT();
  const again = useAgain();
  if (detail.edits.length === 0) return null;
  const undo = async (id: string) => {
    try {
      await api.delete(`/workforce/forecasts/${detail.forecast.id}/edits/${id}`);
    } catch (wrong) {
      say(explain(wrong));
    }
    await again();
  };
  return (
    <ul className="plan-edits" aria-label={t("plan.edits")}>
      {detail.edits.map((edit) => (
        <li key={edit.id} className="row-flex">
          <span className="grow">
            <span className="num">
              {shortDay(edit.from_at)} {clock(edit.from_at)}–{clock(edit.until_at)}: {Math.round(edit.before_calls)} →{" "}
              {Math.round(edit.after_calls)}
            </span>
            {" · "}
            {edit.reason} <span className="meta">({edit.edited_by})</span>
          </span>
          {editable && (
            <Button tone="link" aria-label={t("plan.undo_edit", { reason: edit.reason })} onPress={() => void undo(edit.id)}>
              {t("plan.undo")}
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}
