/** Words of the desk: explicit ids, PO catalogues, only the active language loaded. */
import { setupI18n } from "@lingui/core";
import { useSyncExternalStore } from "react";
import { patiently } from "@/patience";

/** A language as its catalogue is named: `it` for it.po. */
export type Locale = string;

/** The catalogues of one folder, as `import.meta.glob("./*.po")` finds them. */
type Catalogues = Record<string, () => Promise<unknown>>;
const own: Catalogues = import.meta.glob("./*.po");
/** The languages the desk speaks: those its catalogues lie here in. */
export const locales: readonly Locale[] = Object.keys(own).map((path) => path.slice(2, -3));
/** The desk's own words, then those of parts that were opened: each comes with its part. */
const catalogues = [own];

export const i18n = setupI18n();
let current: Locale = "it";
/** The language asked for last: until its words are here, the desk goes on in the current one. */
let wanted: Locale = "it";

/** Marks a string as a message id, so that the catalogue test sees it. */
export function msg(id: string): string {
  return id;
}

export function t(id: string, values?: Record<string, unknown>): string {
  return i18n._(id, values);
}

export function locale(): Locale {
  return current;
}

export async function speak(next: Locale): Promise<void> {
  wanted = next;
  await bringWords();
}

/** Adds the words of a part of the desk that is loaded only when opened. */
export async function alsoSpeak(words: Catalogues): Promise<void> {
  catalogues.push(words);
  await bringWords();
}

/**
 * Several parts may come at once, and in any order: words are added to those that are here, never
 * put in their place, and the language is the one asked for last.
 */
async function bringWords(): Promise<void> {
  const next = wanted;
  const parts = await Promise.all(catalogues.map((one) => wordsOf(one, next)));
  i18n.load(next, Object.assign({}, ...parts) as never);
  if (next !== wanted) return bringWords();
  current = next;
  i18n.activate(next);
  document.documentElement.lang = next;
  document.documentElement.dir = leftwards.test(next) ? "rtl" : "ltr";
}

/** A part without a catalogue of the language speaks English; the build sees to single messages. */
async function wordsOf(part: Catalogues, language: Locale): Promise<Record<string, unknown>> {
  const words = await patiently(part[`./${language}.po`] ?? part["./en.po"]!);
  return (words as { messages: Record<string, unknown> }).messages;
}

/** Languages written from right to left (CLDR); not every browser tells. */
const leftwards = /^(ar|ckb|dv|fa|he|ps|sd|ug|ur|yi)\b/;

/** The language to start with: chosen before, else the browser's, else Italian. */
export function preferredLocale(): Locale {
  const chosen = readChoice();
  if (chosen) return chosen;
  const wanted = navigator.language || "it";
  return known(wanted) ?? known(wanted.split("-")[0]) ?? "it";
}

function known(wanted: string | null | undefined): Locale | undefined {
  return locales.find((name) => name === wanted);
}

function readChoice(): Locale | undefined {
  try {
    return known(localStorage.getItem("ascolto.locale"));
  } catch {
    return undefined;
  }
}

const listeners = new Set<() => void>();
i18n.on("change", () => {
  for (const told of listeners) told();
});

/** Always the same function: a new one would be let go and taken up again at every drawing. */
function subscribe(told: () => void): () => void {
  listeners.add(told);
  return () => listeners.delete(told);
}

/** The language in use. */
export function useLocale(): Locale {
  return useSyncExternalStore(subscribe, locale);
}

/** Translates, and renders again when the language changes. */
export function useT(): typeof t {
  useLocale();
  return t;
}
