import { afterEach, expect, it } from "vitest";
import { speak } from "@/i18n";
import { decimal, isoDay, share, weekday } from "@/i18n/format";

afterEach(() => speak("it"));

it("a share of one is all of it, of more than one more than all, of none nothing", () => {
  expect(share(1)).toBe("100%");
  expect(share(1.304)).toBe("130,4%");
  expect(share(0.005)).toBe("0,5%");
  expect(share(null)).toBe("–");
});

it("a number has as many decimals as told, and after a change of language the marks of the new one", async () => {
  const written = () => [decimal(31.04, 1, 1), decimal(31, 0, 1), decimal(0.456, 0, 2), decimal(12_345.5, 0, 0), share(0.125)];
  expect(written()).toEqual(["31,0", "31", "0,46", "12.346", "12,5%"]);
  await speak("en");
  expect(written()).toEqual(["31.0", "31", "0.46", "12,346", "12.5%"]);
});

it("the first day of a week is Monday, the seventh Sunday, named whole or short", async () => {
  expect([weekday(1, "long"), weekday(7, "long"), weekday(1, "short")]).toEqual(["lunedì", "domenica", "lun"]);
  await speak("en");
  expect([weekday(1, "long"), weekday(7, "long"), weekday(1, "short")]).toEqual(["Monday", "Sunday", "Mon"]);
});

it("a day as routes take it is the reader's day up to midnight, padded", () => {
  expect(isoDay(new Date(2026, 2, 5, 0, 0, 0).getTime())).toBe("2026-03-05");
  expect(isoDay(new Date(2026, 2, 5, 23, 59, 59).getTime())).toBe("2026-03-05");
});
