/** Rules for moving keys: which key an action may have, and whose it is already. */
import { type Action, actions, keysOf } from "./map";

export type Refusal =
  | { code: "kept" | "browser" | "typing" }
  /** The action that has this key, or one that begins or continues it. */
  | { code: "taken"; by: Action };

// Without these nobody gets out of a field, a list or a dialog.
const kept = new Set(["Tab", "Shift+Tab", "Escape", "Enter", "Space", "Backspace", "Delete", "Home", "End", "PageUp", "PageDown"]);
// A page never sees these, or the browser's own meaning is one that people need everywhere.
const browser = new Set([..."acvxztwnrlpfq0+-"].map((key) => `Ctrl+${key}`).concat(["F5", "F11", "F12", "Ctrl+F5", "Ctrl+Shift+t", "Ctrl+Shift+n", "Ctrl+Shift+w"]));

const alone = new Set(["Control", "Shift", "Alt", "Meta", "AltGraph", "CapsLock", "Dead", "Process", "Unidentified"]);

/** True for a key that only changes others. */
export function changesOthers(key: string): boolean {
  return alone.has(key);
}

/** What was pressed so far with one more key: a chord is two keys without Ctrl, all else starts anew. */
export function pressed(before: string, name: string): string {
  const plain = (key: string) => key !== "" && !key.includes("+") && !key.includes(" ");
  return plain(before) && plain(name) ? `${before} ${name}` : name;
}

/** Why an action may not have this key; null when it may. */
export function refusal(action: Action, key: string): Refusal | null {
  const parts = key.split(" ");
  if (parts.some((part) => kept.has(part) || part.startsWith("Arrow"))) return { code: "kept" };
  // AltGr writes characters and Windows says it as Ctrl+Alt.
  if (parts.some((part) => browser.has(part) || part.includes("Alt+"))) return { code: "browser" };
  if (action.always && !/^(Ctrl\+|(Shift\+)?F\d)/.test(key)) return { code: "typing" };
  const by = actions.find((other) => other.id !== action.id && keysOf(other).some((theirs) => meet(theirs, key)));
  return by ? { code: "taken", by } : null;
}

function meet(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other} `) || other.startsWith(`${one} `);
}

/** The choices with one action moved; as it comes is no choice. */
export function moved(map: Readonly<Record<string, readonly string[]>>, action: Action, keys: readonly string[]): Record<string, string[]> {
  const next = Object.fromEntries(Object.entries(map).map(([id, theirs]) => [id, [...theirs]]));
  if (keys.join("\n") === action.keys.join("\n")) delete next[action.id];
  else next[action.id] = [...keys];
  return next;
}
