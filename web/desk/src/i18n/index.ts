/** Words of the desk: explicit ids, PO catalogues, only the active language loaded. */
import { setupI18n } from "@lingui/core";
import { useSyncExternalStore } from "react";

export type Locale = "it" | "en";
export const locales: readonly Locale[] = ["it", "en"];

const catalogues: Record<Locale, () => Promise<{ messages: Record<string, unknown> }>> = {
  it: () => import("./it.po"),
  en: () => import("./en.po"),
};

export const i18n = setupI18n();
let current: Locale = "it";

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
  const { messages } = await catalogues[next]();
  current = next;
  i18n.loadAndActivate({ locale: next, messages: messages as never });
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

/** The language in use. */
export function useLocale(): Locale {
  return useSyncExternalStore(
    (told) => i18n.on("change", told),
    () => current,
  );
}

/** Translates, and renders again when the language changes. */
export function useT(): typeof t {
  useLocale();
  return t;
}
