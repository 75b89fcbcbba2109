/** Brand colours are the client's; what stands on them has to be readable all the same. */

type Rgb = [number, number, number];

function parts(color: string): Rgb {
  return [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16) || 0) as Rgb;
}

function light(color: string): number {
  const [r, g, b] = parts(color).map((part) => {
    const p = part / 255;
    return p <= 0.04045 ? p / 12.92 : ((p + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** The contrast of two colours, from 1 to 21, as WCAG counts it. */
export function contrast(a: string, b: string): number {
  const [low, high] = [light(a), light(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** Black or white, whichever reads better. */
export function ink(on: string): string {
  return contrast(on, "#ffffff") >= contrast(on, "#000000") ? "#ffffff" : "#000000";
}

/** The nearest shade of a colour that reads on a background: darker on light, lighter on dark. */
export function readable(color: string, on: string, wanted: number): string {
  const to = ink(on) === "#ffffff" ? 255 : 0;
  for (let step = 0; step <= 20; step += 1) {
    const mixed = `#${parts(color)
      .map((part) => Math.round(part + ((to - part) * step) / 20).toString(16).padStart(2, "0"))
      .join("")}`;
    if (contrast(mixed, on) >= wanted) return mixed;
  }
  return ink(on);
}
