import { describe, expect, it } from "vitest";
import { contrast, ink, readable } from "../panel/contrast.ts";

const brands = ["#0b6e75", "#ffd200", "#ffffff", "#000000", "#e3000f", "#7fff00", "#1a237e", "#808080", "#ff00ff"];

describe("a client's colour", () => {
  it("is measured as WCAG does", () => {
    expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
    expect(contrast("#767676", "#ffffff")).toBeCloseTo(4.54, 1);
  });

  it.each(brands)("%s carries readable ink", (brand) => {
    expect(contrast(ink(brand), brand)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(brands)("%s becomes readable on light and on dark", (brand) => {
    for (const [ground, wanted] of [["#ffffff", 7], ["#20272b", 7]] as const) {
      const shade = readable(brand, ground, wanted);
      expect(contrast(shade, ground)).toBeGreaterThanOrEqual(wanted);
      expect(contrast(ink(shade), shade)).toBeGreaterThanOrEqual(4.5);
    }
  });

  it("stays as it is where it reads already", () => {
    expect(readable("#0a5c63", "#ffffff", 7)).toBe("#0a5c63");
  });
});
