import { expect, it } from "vitest";
import type { Presence } from "@/api/types";
import { nextMoment } from "@/features/presence/break";
import { presenceBody } from "@/features/presence/change";
import { countries } from "@/features/presence/countries";
import { countryName, minuteOfDay, readMinute } from "@/i18n/format";

const abroad: Presence = {
  operator_id: "o", state: "break", since: "2026-03-03T09:00:00Z", place: "home", country: "AL", reason: null,
  break_due_at: null, v: 1,
};

it("sends what was chosen and nothing else: a country on record is never overwritten", () => {
  expect(presenceBody({ state: "available" }, abroad)).toEqual({ state: "available" });
  expect(presenceBody({ state: "available" }, undefined)).toEqual({ state: "available" });
  expect(presenceBody({ place: "site" }, abroad)).toEqual({ state: "break", place: "site" });
  expect(presenceBody({ country: "TN" }, undefined)).toEqual({ state: "offline", country: "TN" });
});

it("knows every country of ISO 3166-1, each once and by name", () => {
  expect(countries.length).toBe(249);
  expect(new Set(countries).size).toBe(249);
  expect(countries.filter((code) => !/^[A-Z]{2}$/.test(code) || countryName(code) === code)).toEqual([]);
});

it("takes a time that has passed today for tomorrow's", () => {
  const now = new Date(2026, 2, 3, 10, 0);
  expect(nextMoment("10:30", now)).toEqual(new Date(2026, 2, 3, 10, 30));
  expect(nextMoment("10:00", now)).toEqual(new Date(2026, 2, 4, 10, 0));
  expect(nextMoment("presto", now)).toBeNull();
});

it("writes and reads minutes of the day alike", () => {
  for (const minute of [0, 9, 570, 1439]) expect(readMinute(minuteOfDay(minute))).toBe(minute);
  expect(minuteOfDay(null)).toBe("");
});
