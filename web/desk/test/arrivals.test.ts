import { beforeEach, expect, it } from "vitest";
import type { ArrivalsNow } from "@/api/types";
import { summed } from "@/features/floor/arrivals";
import { speak } from "@/i18n";

beforeEach(() => speak("en"));

const queue = (came: number, expected: number | null) => {
  const part = { came, expected };
  return { queue_id: `q${came}`, client_id: "c", half_hour: part, today: part };
};
const now = (...queues: ArrivalsNow["queues"]): ArrivalsNow => ({ since: "", until: "", queues });

it("says that nothing was published instead of showing nothing", () => {
  expect(summed(now(queue(3, null), queue(4, null)), "today")).toEqual(["7", "no forecast published"]);
});

it("sets all that came against all that was expected", () => {
  expect(summed(now(queue(3, 2.4), queue(4, 6)), "half_hour")).toEqual(["7", "of 8 forecast"]);
});

it("compares only queues that have a forecast, and says how many have none", () => {
  const found = summed(now(queue(3, 2), queue(40, null)), "half_hour");
  expect(found).toEqual(["43", "3 of 2 forecast; 1 queue without a forecast"]);
});

it("does not take an hour in which nothing is expected for one without a forecast", () => {
  expect(summed(now(queue(1, 0)), "half_hour")).toEqual(["1", "of 0 forecast"]);
});
