/** Picking from a list while writing: a sign in the text opens it, arrows move, Enter or Tab picks. */
import { useState, type KeyboardEvent } from "react";
import type { FieldRef } from "./field";

/** The word being typed after its sign, and where the sign stands. */
export interface TypedWord {
  from: number;
  word: string;
}

export function usePicking() {
  const [found, setFound] = useState<TypedWord | null>(null);
  const [at, setAt] = useState(0);
  const look = (word: TypedWord | null) => {
    setFound(word);
    setAt(0);
  };
  /** True when a key was meant for the list. */
  const onKey = <T>(event: KeyboardEvent, options: readonly T[], pick: (one: T) => void): boolean => {
    if (!found || options.length === 0) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) setAt((at + step + options.length) % options.length);
    else if ((event.key === "Enter" || event.key === "Tab") && !event.ctrlKey) pick(options[at] ?? options[0]!);
    else if (event.key === "Escape") setFound(null);
    else return false;
    event.preventDefault();
    return true;
  };
  return { found, at, look, onKey, close: () => setFound(null) };
}

/** Puts the caret behind what was picked, once it stands in the field. */
export function caretTo(field: FieldRef, caret: number): void {
  requestAnimationFrame(() => {
    field.current?.focus();
    field.current?.setSelectionRange(caret, caret);
  });
}
