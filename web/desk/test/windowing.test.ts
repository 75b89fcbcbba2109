import { describe, expect, it } from "vitest";
import { placeFor, rowsAt } from "@/windowing";

const ROW = 76;

describe("the rows of a long list that are drawn", () => {
  it("always hold every row in sight, wherever one scrolled and however much the list shrank", () => {
    for (const height of [0, 320, 700, 1200]) {
      for (const count of [0, 1, 7, 40, 5000]) {
        for (let scrolled = 0; scrolled < 5000 * ROW; scrolled += 9_973) {
          const top = Math.floor(scrolled / 300) * 300;
          const { first, end } = rowsAt({ top, height }, ROW, count);
          const low = Math.min(scrolled, Math.max(0, count * ROW - height));
          expect(first).toBeLessThanOrEqual(Math.max(0, Math.floor(low / ROW)));
          expect(end).toBeGreaterThanOrEqual(Math.min(count, Math.ceil((low + height) / ROW)));
          expect(end - first).toBeLessThanOrEqual(Math.ceil((height + 900) / ROW) + 2);
        }
      }
    }
  });

  it("are scrolled only as far as a chosen row needs to be whole", () => {
    const seen = { top: 760, height: 700 };
    expect(placeFor(12, ROW, seen)).toBeUndefined();
    expect(placeFor(9, ROW, seen)).toBe(9 * ROW);
    expect(placeFor(19, ROW, seen)).toBe(20 * ROW - 700);
  });
});
