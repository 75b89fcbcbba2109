import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { reasonOf } from "../src/api/plans/words";
import { ApiError } from "../src/api/client";
import { explain } from "../src/api/words";
import { ruleOf } from "../src/features/rosters/rules";
import { ruleOf as whyOf } from "../src/features/workforce/requests";
import { bandName } from "../src/features/rosters/labels";
import { failed, noted } from "../src/api/plans/notes";
import "../src/features/rosters/words";
import "../src/features/workforce/words";
import { speak } from "../src/i18n";

const room = join(import.meta.dirname, "../../../src/ascolto/workforce");
const codes = [...readFileSync(join(room, "errors.py"), "utf8").match(/PlanReason = Literal\[([^\]]+)\]/)![1]!.matchAll(/"([^"]+)"/g)].map((match) => match[1]!);

const coded = (path: string, word: string) =>
  [...readFileSync(join(room, path), "utf8").matchAll(new RegExp(`${word}\\(\\s*(?:f?"[^"]*"\\s*)+,\\s*"(\\w+)"|${word}\\(text, "(\\w+)"`, "g"))].map((match) => match[1] ?? match[2]!);

beforeAll(() => speak("it"));

it("says in words why a plan cannot be, for every reason that the server gives", () => {
  expect(codes.length).toBeGreaterThan(50);
  expect(codes.filter((reason) => !reasonOf({ reason }))).toEqual([]);
  expect(reasonOf({ reason: "forecast_days", queue: "Luce" })).toBe("La previsione di Luce non comprende questi giorni.");
});

it("says it instead of the words for anything that is not right", async () => {
  const error = new ApiError({ code: "workforce.bad_plan", status: 422, detail: "", fields: { reason: "forecast_none" } });
  expect(explain(error)).toBe("Nessuna previsione pubblicata comprende questo giorno.");
  await speak("en");
  expect(explain(error)).toBe("No published forecast speaks of this day.");
});

const values = { n: "1", day: "2026-12-08", days: "2026-12-08", kind: "x", queue: "Luce", minutes: "30", step: "15", at: "12:00", first: "08:00" };
const refusals = new Set(["no_past", "nothing_came", "out_of_date", "too_coarse"]);
const each = [
  ...["forecast", "history", "arranging"].flatMap((one) => coded(`forecasting/${one}.py`, "Fault")),
  ...coded("calculating.py", "Fault"),
  ...coded("actions/making.py", "Rule"),
  "holiday_none",
];

it("tells in words each note of a forecast or roster, with the day and without the holiday's English name", async () => {
  await speak("it");
  const notes = each.filter((code) => !refusals.has(code));
  expect(notes.length).toBeGreaterThan(15);
  expect(notes.filter((code) => !noted({ text: "", code, fields: values }))).toEqual([]);
  expect(noted({ text: "", code: "holiday_others", fields: { day: "2026-12-08" } })).toBe("martedì 8 dicembre, festa: mai vista prima, stimata dalle altre feste.");
  expect(noted({ text: "English", code: "", fields: {} })).toBeUndefined();
});

it("tells in words what a forecast or a roster failed by", async () => {
  await speak("it");
  const reasons = [...each.filter((code) => refusals.has(code)), "interrupted", "failed", "never_ended"];
  expect(new Set(reasons).size).toBe(7);
  const said = reasons.map((reason) => failed({ code: "workforce.cannot_forecast", fields: { ...values, reason } }) ?? "");
  expect(said.filter((one) => !one || one.includes("cannot_forecast"))).toEqual([]);
  expect(failed({ code: "workforce.bad_plan", fields: { reason: "forecast_days", queue: "Luce" } })).toBe("La previsione di Luce non comprende questi giorni.");
  expect(failed(null)).toBeUndefined();
});

it("tells of a band past midnight where it ends on the next day", () => {
  expect(["06:00", "24:00", "24:30", "30:00"].map((to) => bandName({ from: "00:00", to }))).toEqual([
    "00:00–06:00",
    "00:00–24:00",
    "00:00–00:30 (+1)",
    "00:00–06:00 (+1)",
  ]);
});

const codesIn = (...paths: string[]) =>
  paths.flatMap((path) => [...readFileSync(join(room, path), "utf8").matchAll(/Rule\(\s*(?:f?"[^"]*"|said|text|told),\s*"(\w+)"/g)].map((match) => match[1]!));

it("says in words what a roster breaks, for every rule that the server tells by a code", async () => {
  await speak("it");
  const told = [...codesIn("rostering/checking.py", "rostering/checking_split.py", "hours.py", "rosters.py"), "split", "short"];
  expect(new Set(told).size).toBe(32);
  const fields = { n: "9.5", due: "5", least: "2", most: "2", seats: "40" };
  expect(told.filter((code) => !ruleOf({ code, fields }))).toEqual([]);
  expect(ruleOf({ code: "rest", fields })).toBe("9,5 ore di riposo dal turno precedente, ne servono 11");
  expect(ruleOf({ code: "", fields: {} })).toBeUndefined();
});

it("says in words why a swap, a leave or a stand-in cannot be, and leaves a planner's words as they are", async () => {
  await speak("it");
  const told = [...codesIn("exchanging.py", "actions/requests.py", "actions/standing_in.py"), "rest_short", "six_hours"];
  expect(new Set(told).size).toBe(15);
  const why = { rule: "English", fields: { n: "9", at: "09:00", left: "2", due: "3" }, article: "", mine: null, day: null };
  expect(told.filter((code) => whyOf({ ...why, code }) === why.rule)).toEqual([]);
  expect(whyOf({ ...why, code: "uncovered" })).toContain("09:00");
  expect(whyOf({ ...why, rule: "Fine mese", code: "" })).toBe("Fine mese");
});
