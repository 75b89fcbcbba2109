/** What citizens read stands out from what it stands on: at least 7 to 1 (WCAG 1.4.6), in both themes. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { contrast } from "../panel/contrast.ts";

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
const tokens = read("../../ui/tokens.css");
const panel = read("../panel/panel.css");

/** sRGB of an OKLCH colour, after Björn Ottosson, "A perceptual color space for image processing" (2020). */
function rgb(l: number, c: number, hue: number): string {
  const [a, b] = [c * Math.cos((hue * Math.PI) / 180), c * Math.sin((hue * Math.PI) / 180)];
  const [x, y, z] = [
    (l + 0.3963377774 * a + 0.2158037573 * b) ** 3,
    (l - 0.1055613458 * a - 0.0638541728 * b) ** 3,
    (l - 0.0894841775 * a - 1.291485548 * b) ** 3,
  ] as const;
  const linear = [
    4.0767416621 * x - 3.3077115913 * y + 0.2309699292 * z,
    -1.2684380046 * x + 2.6097574011 * y - 0.3413193965 * z,
    -0.0041960863 * x - 0.7034186147 * y + 1.707614701 * z,
  ];
  const byte = (p: number) => Math.round(255 * Math.min(1, Math.max(0, p <= 0.0031308 ? 12.92 * p : 1.055 * p ** (1 / 2.4) - 0.055)));
  return `#${linear.map((p) => byte(p).toString(16).padStart(2, "0")).join("")}`;
}

function token(name: string): [string, string] {
  const found = new RegExp(`--${name}: light-dark\\(oklch\\(([\\d. ]+)\\), oklch\\(([\\d. ]+)\\)\\)`).exec(tokens);
  if (!found) throw new Error(`no token ${name}`);
  return [1, 2].map((at) => rgb(...(found[at]!.split(" ").map(Number) as [number, number, number]))) as [string, string];
}

describe("the citizen's words", () => {
  it("are converted as browsers do", () => {
    expect(rgb(1, 0, 0)).toBe("#ffffff");
    expect(rgb(0.627955, 0.257683, 29.23388)).toBe("#ff0000");
  });

  for (const text of ["text1", "text2"])
    for (const ground of ["bg0", "bg1", "bg2", "bg3"])
      it.each([["light", 0], ["dark", 1]] as const)(`${text} on ${ground} in %s`, (_, at) => {
        expect(contrast(token(text)[at], token(ground)[at])).toBeGreaterThanOrEqual(7);
      });

  it("use no paler ink", () => {
    expect(panel).not.toMatch(/color:\s*var\(--text3\)/);
  });

  it("stand on the warning's ground", () => {
    const [light, dark] = /background: var\(--warn-bg\); color: light-dark\((#\w+), (#\w+)\)/.exec(panel)!.slice(1) as [string, string];
    expect(contrast(light, token("warn-bg")[0])).toBeGreaterThanOrEqual(7);
    expect(contrast(dark, token("warn-bg")[1])).toBeGreaterThanOrEqual(7);
  });
});
