import { useState, type FormEvent } from "react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { OwnShift, ShiftRequest, SwapCandidate, Wishes } from "@/api/types";
import { explain } from "@/api/words";
import { Failed, FailedOf } from "@/failed";
import { msg, t, useT } from "@/i18n";
import { clock, longDay, weekday } from "@/i18n/format";
import { Pill } from "@ui/bits";
import { Button } from "@ui/button";
import { Select, TextField } from "@ui/field";
import { say } from "@ui/toast";

const requestsKey = ["own-shifts", "requests"];
const wishesKey = ["own-shifts", "wishes"];

export function times(shifts: OwnShift[]): string {
  return shifts.map((one) => `${clock(one.starts_at)}–${clock(one.ends_at)}`).join(", ");
}

/** What can be asked of one shift: a swap with who may take it, or the day off. */
export function AskOfDay({ shift }: { shift: OwnShift }) {
  const t = useT();
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  // It is answered at once: a tap too many must not take a day out of somebody's week.
  const [sure, setSure] = useState(false);
  const [error, setError] = useState<string>();
  const candidates = useQuery({
    queryKey: ["own-shifts", "swaps", shift.day],
    queryFn: () => api.get<SwapCandidate[]>("/me/swaps", { query: { day: shift.day } }),
    enabled: open,
    retry: false,
  });
  const act = async (work: () => Promise<string>) => {
    try {
      say(await work());
      setError(undefined);
      setOpen(false);
      setSure(false);
    } catch (wrong) {
      setError(explain(wrong));
    }
    await queries.invalidateQueries({ queryKey: ["own-shifts"] });
  };
  const leave = () =>
    act(async () => {
      const done = await api.post<ShiftRequest>("/me/leave", { day: shift.day });
      if (done.state === "done") return t("shifts.granted");
      return done.state === "waiting" ? t("shifts.left_to_planner") : t("shifts.refused");
    });
  const swap = (other: SwapCandidate) =>
    act(async () => {
      await api.post("/me/swaps", { day: shift.day, operator_id: other.operator_id });
      return t("shifts.sent", { name: other.name });
    });
  const day = longDay(shift.starts_at);
  return (
    <div className="stack">
      <div className="row-flex wrap">
        <Button tone="outline" aria-label={t("shifts.ask_swap_of", { day })} aria-expanded={open} onPress={() => setOpen(!open)}>
          {t("shifts.ask_swap")}
        </Button>
        <Button tone="outline" aria-label={t("shifts.ask_leave_of", { day })} aria-expanded={sure} onPress={() => setSure(!sure)}>
          {t("shifts.ask_leave")}
        </Button>
      </div>
      {sure && (
        <div className="row-flex wrap" role="group" aria-label={t("shifts.ask_leave_of", { day })}>
          <span>{t("shifts.leave_sure")}</span>
          <Button tone="primary" onPress={() => void leave()}>
            {t("shifts.leave_yes")}
          </Button>
        </div>
      )}
      {error && (
        <p className="field-error" role="alert">
          {error}
        </p>
      )}
      {open && <FailedOf all={[candidates]} />}
      {open && candidates.data?.length === 0 && <p role="status">{t("shifts.nobody")}</p>}
      {open && (candidates.data ?? []).length > 0 && (
        <ul className="plan-edits" aria-label={t("shifts.with_whom")}>
          {candidates.data!.map((one) => (
            <li key={one.operator_id} className="row-flex wrap">
              <span className="grow">
                {one.name} <span className="num meta">{times(one.shifts)}</span>
              </span>
              <Button tone="outline" onPress={() => void swap(one)}>
                {t("shifts.swap_with", { name: one.name })}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** What one asked and what is asked of oneself, each with its answer and the reason. */
export function Requests() {
  const t = useT();
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery({ queryKey: requestsKey, queryFn: () => api.get<ShiftRequest[]>("/me/requests") });
  const act = async (work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (wrong) {
      say(explain(wrong));
    }
    await queries.invalidateQueries({ queryKey: ["own-shifts"] });
  };
  const what = (one: ShiftRequest) => {
    if (one.kind === "stand_in") return t("shifts.stand_in");
    return one.kind === "swap" ? t("shifts.swap", { name: (one.mine ? one.other_name : one.operator_name) ?? "" }) : t("shifts.leave");
  };
  const states: Record<string, string> = {
    waiting: t("shifts.waiting"),
    done: t("shifts.done"),
    refused: t("shifts.refused"),
    declined: t("shifts.declined"),
    withdrawn: t("shifts.withdrawn"),
    undone: t("shifts.undone"),
    unanswered: t("shifts.unanswered"),
  };
  return (
    <section className="card stack plan-card" aria-labelledby="shifts-requests">
      <h2 id="shifts-requests">{t("shifts.requests")}</h2>
      <p className="meta">{t("shifts.quiet")}</p>
      {error && <Failed error={error} retry={refetch} />}
      {data?.length === 0 && <p className="meta">{t("shifts.no_requests")}</p>}
      <ul className="plan-edits" aria-label={t("shifts.requests")}>
        {(data ?? []).map((one) => {
          const day = longDay(`${one.day}T12:00:00Z`);
          const waits = one.state === "waiting" && !one.mine;
          const name = (one.mine ? one.other_name : one.operator_name) ?? "";
          return (
            <li key={one.id} className="stack">
              <span className="row-flex wrap">
                <span className="grow">
                  <strong>{day}</strong> {what(one)}{" "}
                  {(one.state === "done" || one.kind === "stand_in") && one.becomes.length > 0 && <span className="num">{times(one.becomes)}</span>}
                </span>
                <Pill tone={one.state === "done" ? "ok" : one.state === "refused" ? "warn" : "plain"}>{states[one.state] ?? one.state}</Pill>
              </span>
              {one.state === "waiting" && one.kind === "swap" && (
                <span className="num">{t("shifts.exchange", { was: times(one.was), becomes: times(one.becomes) })}</span>
              )}
              {one.note && <span className="meta">{one.note}</span>}
              {one.why.map((why, at) => (
                <span key={at} className="meta">
                  {ruleOf(why)}
                  {why.mine === false && ` (${t("shifts.colleague")})`}
                  {why.article && `, ${why.article}`}
                </span>
              ))}
              {waits && one.kind === "stand_in" && <span className="meta">{t("shifts.stand_in_why")}</span>}
              {waits && one.until_at && <span className="meta">{t("shifts.answer_until", { day: longDay(one.until_at), at: clock(one.until_at) })}</span>}
              {waits && (
                <span className="row-flex wrap">
                  <Button
                    tone="primary"
                    aria-label={one.kind === "stand_in" ? t("shifts.stand_in_yes", { day }) : t("shifts.agree_to", { name })}
                    onPress={() => void act(() => api.post(`/me/requests/${one.id}/answer`, { agrees: true }))}
                  >
                    {t("shifts.agree")}
                  </Button>
                  <Button
                    tone="outline"
                    aria-label={one.kind === "stand_in" ? t("shifts.stand_in_no", { day }) : t("shifts.decline_of", { name })}
                    onPress={() => void act(() => api.post(`/me/requests/${one.id}/answer`, { agrees: false }))}
                  >
                    {t("shifts.decline")}
                  </Button>
                </span>
              )}
              {one.state === "waiting" && one.mine && (
                <span>
                  <Button tone="link" aria-label={t("shifts.withdraw_of", { day })} onPress={() => void act(() => api.delete(`/me/requests/${one.id}`))}>
                    {t("shifts.withdraw")}
                  </Button>
                </span>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

const rules: Record<string, string> = {
  at_once: msg("rules.two_at_once"),
  begun: msg("rules.begun"),
  day_off_short: msg("rules.weekly_rest"),
  queues: msg("rules.queues"),
  rest_short: msg("rules.daily_rest"),
  row: msg("rules.days_in_row"),
  short: msg("rules.short"),
  six_hours: msg("rules.break"),
  span: msg("rules.day_span"),
  split: msg("rules.split"),
  uncovered: msg("rules.uncovered"),
  unknown: msg("rules.unknown"),
  asked_already: msg("rules.asked_already"),
  unseen: msg("rules.unseen"),
  week: msg("rules.week_hours"),
};

/** Why something cannot be, in words; what a planner wrote stays as it is. */
export function ruleOf({ rule, code, fields }: ShiftRequest["why"][number]): string {
  return rules[code] ? t(rules[code], fields) : rule;
}

/** When one likes to work, and what one agrees to; nothing is agreed to unasked. */
export function WishesCard() {
  const { data } = useQuery({ queryKey: wishesKey, queryFn: () => api.get<Wishes>("/me/wishes") });
  return data ? <WishesForm key={JSON.stringify(data)} wishes={data} /> : null;
}

function asClock(minute: number | null | undefined): string {
  if (minute === null || minute === undefined) return "";
  return `${String(Math.floor(minute / 60) % 24).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}

function asMinute(text: string): number | null {
  const [hours, minutes] = text.split(":").map(Number);
  return text ? hours! * 60 + minutes! : null;
}

const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7];

function WishesForm({ wishes }: { wishes: Wishes }) {
  const t = useT();
  const queries = useQueryClient();
  const [from, setFrom] = useState(asClock(wishes.from_minute));
  const [until, setUntil] = useState(asClock(wishes.until_minute));
  const [off, setOff] = useState<number[]>(wishes.days_off ?? []);
  const [place, setPlace] = useState(wishes.place ?? "");
  const [short, setShort] = useState(wishes.short_shifts ?? false);
  const [split, setSplit] = useState(wishes.split_shifts ?? false);
  const [early, setEarly] = useState(wishes.early_offers ?? false);
  const [error, setError] = useState<string>();
  const save = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await api.put("/me/wishes", {
        ...wishes,
        from_minute: asMinute(from),
        until_minute: asMinute(until),
        days_off: off,
        place: place === "" ? null : place,
        short_shifts: short,
        split_shifts: split,
        early_offers: early,
      });
      setError(undefined);
      say(t("shifts.saved"));
      await queries.invalidateQueries({ queryKey: wishesKey });
    } catch (wrong) {
      setError(explain(wrong));
    }
  };
  return (
    <section className="card plan-card" aria-labelledby="shifts-wishes">
      <form className="stack" onSubmit={(event) => void save(event)}>
        <h2 id="shifts-wishes">{t("shifts.wishes")}</h2>
        <div className="plan-form">
          <TextField label={t("shifts.likes_from")} type="time" required={until !== ""} value={from} onChange={(event) => setFrom(event.target.value)} />
          <TextField
            label={t("shifts.likes_until")}
            type="time"
            required={from !== ""}
            value={until}
            error={error}
            onChange={(event) => setUntil(event.target.value)}
          />
        </div>
        <fieldset className="shifts-days">
          <legend>{t("shifts.days_off")}</legend>
          {WEEKDAYS.map((day) => (
            <label key={day} className="row-flex shifts-agree">
              <input
                type="checkbox"
                checked={off.includes(day)}
                onChange={(event) => setOff(event.target.checked ? [...off, day] : off.filter((one) => one !== day))}
              />
              {weekday(day, "long")}
            </label>
          ))}
        </fieldset>
        <Select label={t("shifts.place")} value={place} onChange={(event) => setPlace(event.target.value as typeof place)}>
          <option value="">{t("shifts.any_place")}</option>
          <option value="home">{t("shifts.home")}</option>
          <option value="site">{t("shifts.site")}</option>
        </Select>
        <label className="row-flex shifts-agree">
          <input type="checkbox" checked={short} onChange={(event) => setShort(event.target.checked)} />
          {t("shifts.short_ok")}
        </label>
        <label className="row-flex shifts-agree">
          <input type="checkbox" checked={split} onChange={(event) => setSplit(event.target.checked)} />
          {t("shifts.split_ok")}
        </label>
        <label className="row-flex shifts-agree">
          <input type="checkbox" checked={early} onChange={(event) => setEarly(event.target.checked)} />
          {t("shifts.early_ok")}
        </label>
        <div>
          <Button type="submit" tone="primary">
            {t("shifts.save")}
          </Button>
        </div>
      </form>
    </section>
  );
}
