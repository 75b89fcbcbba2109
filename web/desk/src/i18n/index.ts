/** Words of the desk: explicit ids, PO catalogues, only the active language loaded. */
import { setupI18n } from "@lingui/core";
import { useSyncExternalStore } from "react";

export type Locale = "it" | "en";
export const locales: readonly Locale[] = ["it", "en"];

type Catalogues = Record<Locale, () => Promise<{ messages: Record<string, unknown> }>>;
/** The desk's own words, then those of parts that were opened: each comes with its part. */
const catalogues: Catalogues[] = [{ it: () => import("./it.po"), en: () => import("./en.po") }];

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
  const parts = await Promise.all(catalogues.map((one) => one[next]()));
  i18n.load(next, Object.assign({}, ...parts.map((one) => one.messages)) as never);
  if (next !== wanted) return bringWords();
  current = next;
  i18n.activate(next);
  document.documentElement.lang = next;
}

/** The language to start with: chosen before, else the browser's, else Italian. */
export function preferredLocale(): Locale {
  const chosen = readChoice();
  if (chosen) return chosen;
  const wanted = (navigator.language || "it").slice(0, 2);
  return locales.find((name) => name === wanted) ?? "it";
}

function readChoice(): Locale | null {
  try {
    return locales.find((name) => name === localStorage.getItem("ascolto.locale")) ?? null;
  } catch {
    return null;
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
