import { expect, it } from "vitest";
import { weekdayName } from "../src/features/workforce/weekday";

it("names all seven days of the week, also those after the ninth of the month it counts by", () => {
  const told = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"].map(weekdayName);
  expect(new Set(told).size).toBe(7);
  expect(told.every((one) => one && /^\p{L}+$/u.test(one))).toBe(true);
  expect(weekdayName("holiday Natale")).toBeUndefined();
});
