import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { reasonOf } from "../src/api/plans/words";
import { ApiError } from "../src/api/client";
import { explain } from "../src/api/words";
import { ruleOf } from "../src/features/rosters/rules";
import { ruleOf as whyOf } from "../src/features/workforce/requests";
import { bandName } from "../src/features/rosters/labels";
import { noted } from "../src/features/workforce/notes";
import "../src/features/rosters/words";
import "../src/features/workforce/words";
import { speak } from "../src/i18n";

const room = join(import.meta.dirname, "../../../src/ascolto/workforce");
const codes = [...readFileSync(join(room, "errors.py"), "utf8").match(/PlanReason = Literal\[([^\]]+)\]/)![1]!.matchAll(/"([^"]+)"/g)].map((match) => match[1]!);

const filled: Record<string, string[]> = { "{day}": ["2026-12-08"], "{name}": ["Immaculate Conception"], "{len(like)}": ["1"], "{known}": ["5"] };
const forecast = readFileSync(join(room, "forecasting/forecast.py"), "utf8");
const seen = [...forecast.matchAll(/"(other holidays)" if like else "([^"]+)"/g)].flatMap((match) => [match[1]!, match[2]!]);
const notes = [...forecast.matchAll(/said\.append\(f?"([^"]+)"\)/g)].map((match) => match[1]!);

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

it("tells in words each note of a forecast, with the day and without the holiday's English name", async () => {
  await speak("it");
  const each = notes
    .flatMap((note) => (note.includes("{seen}") ? seen.map((one) => note.replace("{seen}", one)) : [note]))
    .map((note) => Object.entries(filled).reduce((text, [name, [value]]) => text.replace(name, value!), note));
  expect(each.length).toBeGreaterThan(7);
  expect(each.filter((note) => !noted(note))).toEqual([]);
  expect(noted("2026-12-08 Immaculate Conception: not seen before, forecast from other holidays")).toBe(
    "martedì 8 dicembre, festa: mai vista prima, stimata dalle altre feste.",
  );
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
  paths.flatMap((path) => [...readFileSync(join(room, path), "utf8").matchAll(/Rule\(\s*(?:f?"[^"]*"|said),\s*"(\w+)"/g)].map((match) => match[1]!));

it("says in words what a roster breaks, for every rule that the server tells by a code", async () => {
  await speak("it");
  const told = [...codesIn("rostering/checking.py", "hours.py", "rosters.py"), "split", "short"];
  expect(new Set(told).size).toBe(27);
  const fields = { n: "9.5", due: "5", most: "2", seats: "40" };
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
