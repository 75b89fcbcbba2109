import { useState, type FormEvent } from "react";
import { api } from "@/api/client";
import type { Queue, RosterRun } from "@/api/types";
import { explain } from "@/api/words";
import { failed } from "@/api/plans/notes";
import { useT } from "@/i18n";
import { day as shortDay } from "@/i18n/format";
import { Pill } from "@ui/bits";
import { Button } from "@ui/button";
import { Select, TextField } from "@ui/field";
import { say } from "@ui/toast";
import { useAgain, useRuns } from "./api";
import { phaseName } from "./labels";
import { nextMonday } from "./model";

interface AskProps {
  queues: readonly Queue[];
  /** Asks what flexibility is worth in those weeks instead of a roster. */
  weighs?: boolean;
  onAsked?: () => Promise<void>;
}

/** Asks for a roster of whole weeks: for which queues, by their forecasts or by hand. */
export function AskForm({ queues, weighs = false, onAsked }: AskProps) {
  const t = useT();
  const allAgain = useAgain();
  const again = onAsked ?? allAgain;
  const [chosen, setChosen] = useState<readonly string[]>(() => queues.slice(0, 1).map((one) => one.id));
  const [by, setBy] = useState<"forecast" | "hand">("forecast");
  const [wish, setWish] = useState({ first: nextMonday(Date.now()), weeks: 1, seconds: weighs ? 5 : 20, people: 2, from: "09:00", to: "18:00", away: 15, aht: "", reason: "" });
  const [error, setError] = useState<string>();
  const set = (next: Partial<typeof wish>) => setWish((before) => ({ ...before, ...next }));
  const ask = async (event: FormEvent) => {
    event.preventDefault();
    const hand = [{ from: wish.from, to: wish.to, people: wish.people }];
    const promise = { shrinkage: wish.away > 0 ? { away: wish.away / 100 } : {}, aht_s: wish.aht ? Number(wish.aht) : null };
    try {
      await api.post(weighs ? "/workforce/worth-runs" : "/workforce/roster-runs", {
        first_day: wish.first,
        weeks: wish.weeks,
        seconds: wish.seconds,
        reason: wish.reason,
        queues: chosen.map((queue_id) => (by === "hand" ? { queue_id, by_hand: hand } : { queue_id, promise })),
      });
      setError(undefined);
      await again();
    } catch (wrong) {
      setError(explain(wrong));
    }
  };
  return (
    <form className="stack" onSubmit={(event) => void ask(event)}>
      <fieldset className="roster-queues">
        <legend>{t("roster.queues")}</legend>
        {queues.map((one) => (
          <label key={one.id} className="row-flex">
            <input
              type="checkbox"
              checked={chosen.includes(one.id)}
              onChange={(event) => setChosen(event.target.checked ? [...chosen, one.id] : chosen.filter((id) => id !== one.id))}
            />
            {one.name}
          </label>
        ))}
      </fieldset>
      <div className="roster-form">
        <TextField label={t("roster.monday")} type="date" step={7} min="2024-01-01" required value={wish.first} onChange={(event) => set({ first: event.target.value })} />
        <TextField label={t("roster.weeks")} type="number" min={1} max={weighs ? 4 : 8} required value={wish.weeks} onChange={(event) => set({ weeks: Number(event.target.value) })} />
        <Select label={t("roster.need")} value={by} onChange={(event) => setBy(event.target.value as typeof by)}>
          <option value="forecast">{t("roster.by_forecast")}</option>
          <option value="hand">{t("roster.by_hand")}</option>
        </Select>
        {by === "forecast" && (
          <>
            <TextField label={t("roster.aht")} type="number" min={1} max={86_400} placeholder={t("roster.aht_past")} value={wish.aht} onChange={(event) => set({ aht: event.target.value })} />
            <TextField label={t("roster.away")} type="number" min={0} max={90} value={wish.away} onChange={(event) => set({ away: Number(event.target.value) })} />
          </>
        )}
        {by === "hand" && (
          <>
            <TextField label={t("roster.people_needed")} type="number" min={0} max={10_000} value={wish.people} onChange={(event) => set({ people: Number(event.target.value) })} />
            <TextField label={t("roster.from")} type="time" step={900} value={wish.from} onChange={(event) => set({ from: event.target.value })} />
            <TextField label={t("roster.to")} type="time" step={900} value={wish.to} onChange={(event) => set({ to: event.target.value })} />
          </>
        )}
        <TextField label={weighs ? t("worth.seconds") : t("roster.seconds")} type="number" min={1} max={weighs ? 60 : 600} required value={wish.seconds} onChange={(event) => set({ seconds: Number(event.target.value) })} />
        <TextField label={t("roster.reason")} required maxLength={500} value={wish.reason} error={error} onChange={(event) => set({ reason: event.target.value })} />
        <Button type="submit" tone="primary" isDisabled={chosen.length === 0}>
          {weighs ? t("worth.ask") : t("roster.ask")}
        </Button>
      </div>
    </form>
  );
}

/** What is being made, how far it is, and the way to stop it; of the last that failed, why. */
export function Runs({ onOpen }: { onOpen: (roster: string) => void }) {
  const t = useT();
  const again = useAgain();
  const runs = useRuns();
  const cancel = async (run: RosterRun) => {
    try {
      await api.post(`/workforce/roster-runs/${run.id}/cancel`);
    } catch (wrong) {
      say(explain(wrong));
    }
    await again();
  };
  const shown = (runs.data ?? []).filter((one, at) => one.state === "asked" || at < 3);
  if (shown.length === 0) return null;
  return (
    <ul className="roster-runs" aria-label={t("roster.runs")}>
      {shown.map((run) => (
        <li key={run.id} className="row-flex">
          <span className="grow">
            <span className="num">
              {shortDay(`${run.first_day}T12:00:00Z`)}–{shortDay(`${run.last_day}T12:00:00Z`)}
            </span>
            {` · ${run.reason}`}
            {run.failed_by && <span className="field-error"> {failed(run.failed_by)}</span>}
          </span>
          {run.state === "asked" && <Progress run={run} onCancel={() => void cancel(run)} />}
          {run.state === "cancelled" && <Pill>{t("roster.cancelled")}</Pill>}
          {run.state === "failed" && <Pill tone="bad">{t("roster.failed")}</Pill>}
          {run.state === "made" && run.roster_id && (
            <Button tone="link" aria-label={t("roster.open_run", { reason: run.reason })} onPress={() => onOpen(run.roster_id!)}>
              {t("roster.open")}
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}

function Progress({ run, onCancel }: { run: RosterRun; onCancel: () => void }) {
  const t = useT();
  const { phase, seconds, of, cost } = run.progress;
  const words = phaseName(phase);
  return (
    <>
      <span className="meta num" role="status">
        {cost ? t("roster.cost_so_far", { phase: words, cost: Math.round(cost) }) : words}
      </span>
      <progress max={of || 1} value={phase === "searching" ? seconds : undefined} aria-label={t("roster.progress")} />
      <Button tone="outline" icon="x" onPress={onCancel}>
        {t("roster.cancel")}
      </Button>
    </>
  );
}
