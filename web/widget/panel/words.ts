/** Words with places in them, in the customer's language. */
const catalogues = import.meta.glob<{ messages: Record<string, string> }>("../i18n/*.po");
let chosen: Record<string, string>;
let language = "it";

const load = (name: string) => catalogues[`../i18n/${name}.po`];

/** Load one language, or English for one without a catalogue; only that one is fetched. */
export async function speak(wanted: string): Promise<void> {
  language = load(wanted) ? wanted : "en";
  chosen = (await load(language)!()).messages;
  const page = document.documentElement;
  page.lang = language;
  page.dir = /^(ar|ckb|dv|fa|he|ps|sd|ug|ur|yi)/.test(language) ? "rtl" : "ltr";
}

export function t(name: string, values: Record<string, string | number> = {}): string {
  return chosen[name]!.replace(/\{(\w+)\}/g, (_, key: string) => String(values[key] ?? ""));
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
