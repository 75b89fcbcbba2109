import { useState, type FormEvent } from "react";
import { api } from "@/api/client";
import { explain } from "@/api/words";
import { useT } from "@/i18n";
import { Button } from "@ui/button";
import { Select, TextField } from "@ui/field";
import { useAgain } from "./api";
import { numbers, splitOf } from "./terms";

/** Writes a contract: how long shifts are, how many hours or shifts a week, within which times. */
export function ContractForm() {
  const t = useT();
  const again = useAgain();
  const [wish, setWish] = useState({ name: "", shifts: "8", measure: "shifts", week: "5", from: "08:00", to: "20:00", elastic: "", gap: "", part: "2", days: "2", span: "12" });
  const [splitError, setSplitError] = useState<string>();
  const [error, setError] = useState<string>();
  const set = (next: Partial<typeof wish>) => setWish((before) => ({ ...before, ...next }));
  const write = async (event: FormEvent) => {
    event.preventDefault();
    const week = numbers(wish.week);
    const split = splitOf(wish);
    setSplitError(split.wrong && t(split.wrong));
    if (split.wrong) return;
    const elastic = wish.elastic.match(/^\s*(\d{1,2}:\d{2})\s*[-–]\s*(\d{1,2}:\d{2})\s*$/);
    try {
      await api.post("/workforce/contracts", {
        name: wish.name,
        terms: {
          shift_minutes: numbers(wish.shifts).map((hours) => Math.round(hours * 60)),
          shifts_per_week: wish.measure === "shifts" ? week[0] : null,
          weekly_minutes: wish.measure === "hours" ? [Math.round(week[0]! * 60), Math.round((week[1] ?? week[0]!) * 60)] : null,
          bands: [{ from: wish.from, to: wish.to }],
          elastic_bands: elastic ? [{ from: elastic[1], to: elastic[2] }] : [],
          split: split.terms,
        },
      });
      set({ name: "" });
      setError(undefined);
      await again();
    } catch (wrong) {
      setError(explain(wrong));
    }
  };
  return (
    <form className="roster-form" onSubmit={(event) => void write(event)}>
      <TextField label={t("roster.name")} required maxLength={120} value={wish.name} error={error} onChange={(event) => set({ name: event.target.value })} />
      <TextField label={t("roster.shift_hours")} hint={t("roster.shift_hint")} required value={wish.shifts} onChange={(event) => set({ shifts: event.target.value })} />
      <Select label={t("roster.measure")} value={wish.measure} onChange={(event) => set({ measure: event.target.value })}>
        <option value="shifts">{t("roster.in_shifts")}</option>
        <option value="hours">{t("roster.in_hours")}</option>
      </Select>
      <TextField label={t("roster.per_week")} hint={t("roster.week_hint")} required value={wish.week} onChange={(event) => set({ week: event.target.value })} />
      <TextField label={t("roster.from")} type="time" step={900} required value={wish.from} onChange={(event) => set({ from: event.target.value })} />
      <TextField label={t("roster.to")} type="time" step={900} required value={wish.to} onChange={(event) => set({ to: event.target.value })} />
      <TextField label={t("roster.elastic_bands")} hint={t("roster.elastic_hint")} value={wish.elastic} onChange={(event) => set({ elastic: event.target.value })} />
      <TextField label={t("roster.split_gap")} hint={t("roster.split_gap_hint")} value={wish.gap} error={splitError} onChange={(event) => set({ gap: event.target.value })} />
      {wish.gap.trim() !== "" && (
        <>
          <TextField label={t("roster.split_part")} required inputMode="decimal" value={wish.part} onChange={(event) => set({ part: event.target.value })} />
          <TextField label={t("roster.split_per_week")} required inputMode="numeric" value={wish.days} onChange={(event) => set({ days: event.target.value })} />
          <TextField label={t("roster.split_span")} hint={t("roster.split_span_hint")} required inputMode="decimal" value={wish.span} onChange={(event) => set({ span: event.target.value })} />
        </>
      )}
      <Button type="submit" tone="primary">
        {t("roster.save")}
      </Button>
    </form>
  );
}
