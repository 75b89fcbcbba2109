import { useEffect, useRef, useState, type FormEvent } from "react";
import { api } from "@/api/client";
import { explain } from "@/api/words";
import type { Comparison, Forecast } from "@/api/types";
import { useT } from "@/i18n";
import { longDay, percent, share } from "@/i18n/format";
import { Button } from "@ui/button";
import { Select, TextField } from "@ui/field";
import type { Wish } from "./api";
import { figure } from "./figures";
import { asBody, read, summed, type ComparedDay, type Sum, type Typed } from "./scenarios";

/** So many days are compared, from the chosen one on. */
const WEEK = 7;
const STAYS = [30, 60, 120, 240, 480];
const MOST = 4;

interface Props {
  forecast: Forecast;
  day: string;
  wish: Wish;
}

/** Two or more what-ifs of a week side by side: hours, cost, and what may go wrong, in plain words. */
export function Compare({ forecast, day, wish }: Props) {
  const t = useT();
  const [whats, setWhats] = useState<readonly Typed[]>(() => {
    const percent = (part: number) => String(Math.round(part * 100));
    const base = { growth: "0", level: percent(wish.service_level), target: String(wish.target_s), aht: String(wish.aht_s ?? ""), away: percent(wish.away), stay: 30 };
    return [base, { ...base, growth: "10" }];
  });
  const [cost, setCost] = useState("");
  const [found, setFound] = useState<readonly ComparedDay[]>([]);
  const [running, setRunning] = useState<{ done: number; of: number }>();
  const [error, setError] = useState<string>();
  const stop = useRef<AbortController>(undefined);
  const at = forecast.days.findIndex((one) => one.day === day);
  const days = forecast.days.slice(at, at + WEEK).map((one) => one.day);
  const forget = () => {
    setFound([]);
    setRunning(undefined);
    setError(undefined);
  };
  // What was found holds for the days, the forecast and the what-ifs that were asked about.
  const about = `${forecast.id} ${forecast.v} ${day}`;
  const [asked, setAsked] = useState(about);
  if (asked !== about) {
    setAsked(about);
    forget();
  }
  useEffect(() => () => stop.current?.abort(), [about]);
  const change = (next: readonly Typed[]) => {
    stop.current?.abort();
    forget();
    setWhats(next);
  };
  const compare = async (event: FormEvent) => {
    event.preventDefault();
    stop.current?.abort();
    const ours = new AbortController();
    stop.current = ours;
    forget();
    const compared: ComparedDay[] = [];
    try {
      for (const one of days) {
        setRunning({ done: compared.length, of: days.length });
        const url = `/workforce/forecasts/${forecast.id}/scenarios`;
        const scenarios = whats.map((typed) => asBody(read(typed)));
        const told = await api.post<Comparison>(url, { day: one, scenarios }, { signal: ours.signal });
        if (ours.signal.aborted) return;
        compared.push({ day: one, scenarios: told.scenarios });
      }
      setFound(compared);
      setRunning(undefined);
    } catch (wrong) {
      if (ours.signal.aborted) return;
      setError(explain(wrong));
      setRunning(undefined);
    }
  };
  const name = (number: number) => (number === 0 ? t("compare.base") : t("compare.scenario", { letter: "ABC"[number - 1] ?? "" }));
  return (
    <details className="plan-compare">
      <summary>{t("compare.title")}</summary>
      <form className="stack" onSubmit={(event) => void compare(event)}>
        <p className="meta">{t("compare.about", { from: longDay(`${days[0] ?? day}T12:00:00Z`), n: days.length })}</p>
        <div className="plan-whats">
          {whats.map((one, number) => (
            <What key={number} name={name(number)} what={one} onWhat={(next) => change(whats.map((was, n) => (n === number ? { ...was, ...next } : was)))}>
              {number > 1 && (
                <Button
                  tone="link"
                  aria-label={t("compare.drop", { name: name(number) })}
                  onPress={() => change(whats.filter((_, n) => n !== number))}
                >
                  {t("compare.remove")}
                </Button>
              )}
            </What>
          ))}
        </div>
        <div className="plan-form">
          <TextField label={t("compare.cost")} type="number" min={0} max={10_000} step="0.01" value={cost} onChange={(event) => setCost(event.target.value)} />
          <Button
            tone="outline"
            icon="plus"
            isDisabled={whats.length >= MOST}
            onPress={() => change([...whats, whats[whats.length - 1]!])}
          >
            {t("compare.add")}
          </Button>
          <Button type="submit" tone="primary" isDisabled={running !== undefined}>
            {t("compare.run")}
          </Button>
          {running && (
            <>
              <progress max={running.of} value={running.done} aria-label={t("compare.progress")} />
              <Button tone="outline" icon="x" onPress={() => change(whats)}>
                {t("compare.cancel")}
              </Button>
            </>
          )}
        </div>
      </form>
      {error && (
        <p className="field-error" role="alert">
          {error}
        </p>
      )}
      {found.length > 0 && <Results sums={found[0]!.scenarios.map((_, number) => summed(found, number))} name={name} cost={Number(cost) || 0} />}
    </details>
  );
}

interface WhatProps {
  name: string;
  what: Typed;
  onWhat: (next: Partial<Typed>) => void;
  children: React.ReactNode;
}

function What({ name, what, onWhat, children }: WhatProps) {
  const t = useT();
  return (
    <fieldset className="plan-what">
      <legend>{name}</legend>
      <TextField label={t("compare.growth")} type="number" min={-90} max={900} required value={what.growth} onChange={(event) => onWhat({ growth: event.target.value })} />
      <TextField label={t("plan.level")} type="number" min={1} max={99} required value={what.level} onChange={(event) => onWhat({ level: event.target.value })} />
      <TextField label={t("plan.target")} type="number" min={0} max={86_400} required value={what.target} onChange={(event) => onWhat({ target: event.target.value })} />
      <TextField
        label={t("plan.aht")}
        type="number"
        min={1}
        max={86_400}
        placeholder={t("plan.aht_past")}
        value={what.aht}
        onChange={(event) => onWhat({ aht: event.target.value })}
      />
      <TextField label={t("plan.away")} type="number" min={0} max={90} required value={what.away} onChange={(event) => onWhat({ away: event.target.value })} />
      <Select label={t("compare.stay")} value={what.stay} onChange={(event) => onWhat({ stay: Number(event.target.value) })}>
        {STAYS.map((minutes) => (
          <option key={minutes} value={minutes}>
            {minutes < 60 ? t("compare.minutes", { n: minutes }) : t("compare.hours", { n: minutes / 60 })}
          </option>
        ))}
      </Select>
      {children}
    </fieldset>
  );
}

/** A number without its fraction. */
const whole = (n: number) => figure(n, 0);

interface ResultsProps {
  sums: readonly Sum[];
  name: (number: number) => string;
  cost: number;
}

function Results({ sums, name, cost }: ResultsProps) {
  const t = useT();
  const base = sums[0]!;
  const money = (hours: number) => t("compare.money", { n: whole(hours * cost) });
  const against = (one: Sum) => (one === base || base.paid === 0 ? "" : ` (${one.paid < base.paid ? "−" : "+"}${percent(Math.abs(one.paid - base.paid) / base.paid, 0)})`);
  const rows: [string, (one: Sum) => string][] = [
    [t("compare.paid"), (one) => `${whole(one.paid)}${against(one)}`],
    ...(cost > 0 ? ([[t("compare.costs"), (one) => money(one.paid)]] as [string, (one: Sum) => string][]) : []),
    [t("compare.most"), (one) => String(one.most)],
    [t("compare.level"), (one) => share(one.level)],
    [t("compare.risk"), (one) => share(one.risk)],
    [t("compare.held_level"), (one) => share(one.heldLevel)],
    [t("compare.held_risk"), (one) => share(one.heldRisk)],
  ];
  return (
    <div className="stack">
      <div className="table-scroll" role="group" aria-label={t("compare.results")} tabIndex={0}>
        <table>
          <caption className="hidden-visually">{t("compare.results")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("compare.measure")}</th>
              {sums.map((_, number) => (
                <th key={number} scope="col">
                  {name(number)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(([label, of]) => (
              <tr key={label}>
                <th scope="row">{label}</th>
                {sums.map((one, number) => (
                  <td key={number} className="num">
                    {of(one)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <ul className="plan-edits" aria-label={t("compare.in_words")}>
        {sums.map((one, number) => (
          <li key={number}>
            <strong>{name(number)}</strong>{" "}
            {t("compare.words", { day: longDay(`${one.riskDay}T12:00:00Z`), risk: share(one.risk), below: share(one.below) })}{" "}
            {one.more > 0
              ? t("compare.safer", { n: Math.round(one.more), cost: cost > 0 ? ` (${money(one.more)})` : "" })
              : t("compare.safe")}
            {number > 0 && ` ${t("compare.held", { risk: share(one.heldRisk) })}`}
          </li>
        ))}
      </ul>
    </div>
  );
}
