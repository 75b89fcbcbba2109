/**
 * Choices of this browser: theme, density, single keys, sound. Kept in localStorage when it is there.
 * Of keys, sounds and the plain field it is the copy: preferences.ts keeps them on the server.
 */
import { useSyncExternalStore } from "react";
import type { Tune } from "@ui/chime";

export type Theme = "auto" | "light" | "dark" | "contrast";
export type Density = "comfortable" | "compact";

export type KeyMap = Readonly<Record<string, readonly string[]>>;

export interface DeskSettings {
  theme: Theme;
  density: Density;
  singleKeys: boolean;
  /** The keys of actions that were moved; none for an action is a choice too. */
  keyMap: KeyMap;
  /** Mails are written with their marks to be seen. */
  plainField: boolean;
  /** How loud what comes is announced, 0 (silent) to 1. */
  volume: number;
  /** The tune of an offer by its channel, or of a mention, where another or none was chosen. */
  tunes: Readonly<Record<string, Tune>>;
  /** Whether the system says so too while the desk is out of sight. */
  notify: boolean;
}

const defaults: DeskSettings = { theme: "auto", density: "comfortable", singleKeys: true, keyMap: {}, plainField: false, volume: 0.6, tunes: {}, notify: false };
const listeners = new Set<() => void>();

/** What this browser keeps under a name; null when nothing, or when it keeps nothing at all. */
export function kept(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Keeps a text under a name, or forgets it. */
export function keep(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    /* storage switched off: the choice holds until the page is closed */
  }
}

function readShare(key: string, otherwise: number): number {
  const text = kept(key);
  const share = text === null ? NaN : Number(text);
  return share >= 0 && share <= 1 ? share : otherwise;
}

function readMap<Value>(key: string): Readonly<Record<string, Value>> {
  try {
    return JSON.parse(kept(key) ?? "{}") as Record<string, Value>;
  } catch {
    return {};
  }
}

let current: DeskSettings = {
  theme: (kept("ascolto.theme") as Theme | null) ?? defaults.theme,
  density: (kept("ascolto.density") as Density | null) ?? defaults.density,
  singleKeys: kept("ascolto.keys") !== "off",
  keyMap: readMap("ascolto.keymap"),
  plainField: kept("ascolto.plain") === "on",
  volume: readShare("ascolto.volume", defaults.volume),
  tunes: readMap("ascolto.tunes"),
  notify: kept("ascolto.notify") === "on",
};

export function settings(): DeskSettings {
  return current;
}

export function change(next: Partial<DeskSettings>): void {
  current = { ...current, ...next };
  keep("ascolto.theme", current.theme);
  keep("ascolto.density", current.density);
  keep("ascolto.keys", current.singleKeys ? "on" : "off");
  keep("ascolto.keymap", JSON.stringify(current.keyMap));
  keep("ascolto.plain", current.plainField ? "on" : "off");
  keep("ascolto.volume", String(current.volume));
  keep("ascolto.tunes", JSON.stringify(current.tunes));
  keep("ascolto.notify", current.notify ? "on" : "off");
  const { dataset } = document.documentElement;
  if (current.theme === "auto") delete dataset.theme;
  else dataset.theme = current.theme;
  if (current.density === "compact") dataset.density = "compact";
  else delete dataset.density;
  for (const listener of listeners) listener();
}

export function rememberLocale(name: string): void {
  keep("ascolto.locale", name);
}

function subscribe(told: () => void): () => void {
  listeners.add(told);
  return () => listeners.delete(told);
}

export function useSettings(): DeskSettings {
  return useSyncExternalStore(subscribe, settings);
}
