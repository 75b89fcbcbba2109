/** Choices of this browser: theme, density, single keys, sound. Kept in localStorage when it is there. */
import { useSyncExternalStore } from "react";

export type Theme = "auto" | "light" | "dark" | "contrast";
export type Density = "comfortable" | "compact";

export interface DeskSettings {
  theme: Theme;
  density: Density;
  singleKeys: boolean;
  /** How loud an offer is announced, 0 (silent) to 1. */
  volume: number;
  /** Whether the system says so too while the desk is out of sight. */
  notify: boolean;
}

const defaults: DeskSettings = { theme: "auto", density: "comfortable", singleKeys: true, volume: 0.6, notify: false };
const listeners = new Set<() => void>();

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    /* storage switched off: the choice holds until the page is closed */
  }
}

function readShare(key: string, otherwise: number): number {
  const text = read(key);
  const share = text === null ? NaN : Number(text);
  return share >= 0 && share <= 1 ? share : otherwise;
}

let current: DeskSettings = {
  theme: (read("ascolto.theme") as Theme | null) ?? defaults.theme,
  density: (read("ascolto.density") as Density | null) ?? defaults.density,
  singleKeys: read("ascolto.keys") !== "off",
  volume: readShare("ascolto.volume", defaults.volume),
  notify: read("ascolto.notify") === "on",
};

export function settings(): DeskSettings {
  return current;
}

export function change(next: Partial<DeskSettings>): void {
  current = { ...current, ...next };
  write("ascolto.theme", current.theme);
  write("ascolto.density", current.density);
  write("ascolto.keys", current.singleKeys ? "on" : "off");
  write("ascolto.volume", String(current.volume));
  write("ascolto.notify", current.notify ? "on" : "off");
  const { dataset } = document.documentElement;
  if (current.theme === "auto") delete dataset.theme;
  else dataset.theme = current.theme;
  if (current.density === "compact") dataset.density = "compact";
  else delete dataset.density;
  for (const listener of listeners) listener();
}

export function rememberLocale(name: string): void {
  write("ascolto.locale", name);
}

export function useSettings(): DeskSettings {
  return useSyncExternalStore(
    (told) => {
      listeners.add(told);
      return () => listeners.delete(told);
    },
    () => current,
  );
}
