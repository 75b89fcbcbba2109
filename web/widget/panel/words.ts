/** Words with places in them, in the customer's language. */
import type { words as italian } from "../i18n/it.ts";

export type Words = Record<keyof typeof italian, string>;
let chosen: Words;
let language = "it";

/** Load one language; only that one is fetched. */
export async function speak(wanted: string): Promise<void> {
  language = wanted === "it" ? "it" : "en";
  chosen = (await (language === "it" ? import("../i18n/it.ts") : import("../i18n/en.ts"))).words;
  document.documentElement.lang = language;
}

export function t(name: keyof Words, values: Record<string, string | number> = {}): string {
  return chosen[name].replace(/\{(\w+)\}/g, (_, key: string) => String(values[key] ?? ""));
}

export function clock(at: string): string {
  return new Date(at).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
}

export function size(bytes: number): string {
  const [n, unit] = bytes < 1e6 ? [Math.max(1, bytes / 1e3), "kB"] : [bytes / 1e6, "MB"];
  return `${n.toLocaleString(language, { maximumFractionDigits: n < 10 ? 1 : 0 })} ${unit}`;
}

export function dayName(at: Date): string {
  return at.toLocaleDateString(language, { weekday: "long", day: "numeric", month: "long" });
}
