/** The field that shows its marks is loaded when a mail is answered; until then the plain one is there. */
import { useEffect, useState, type ComponentType } from "react";
import { flushSync } from "react-dom";
import type { FieldProps, FieldRef } from "./field";

type Rich = ComponentType<FieldProps>;
let loaded: Rich | null = null;

async function bring(): Promise<Rich> {
  const [{ RichField }, { spoken }] = await Promise.all([import("./rich/editor"), import("./mail")]);
  await spoken;
  loaded = RichField;
  return RichField;
}

/** Calls back once no letter is being composed in the field: one that is would be lost with it. */
function whenAtRest(field: FieldRef, composing: boolean, then: () => void): void {
  const element = field.current;
  if (!composing || !(element instanceof HTMLElement)) then();
  else element.addEventListener("compositionend", () => setTimeout(then), { once: true });
}

/**
 * The rich field, where it is wanted and here; null leaves the plain one in place. When it comes while
 * somebody writes, the caret goes over with the words; when it cannot come, nothing happens.
 */
export function useRichField(wanted: boolean, conversation: string, field: FieldRef): Rich | null {
  const [rich, setRich] = useState(() => loaded);
  useEffect(() => {
    if (!wanted || rich) return undefined;
    let left = false;
    let composing = false;
    const watch = ({ type }: Event) => (composing = type === "compositionstart");
    const take = (made: Rich) => {
      if (left) return;
      const { activeElement } = document;
      const [start, end] = [field.current?.selectionStart ?? 0, field.current?.selectionEnd ?? 0];
      const writing = activeElement?.id === "composer";
      flushSync(() => setRich(() => made));
      if (!writing) return;
      field.current?.focus();
      field.current?.setSelectionRange(start, end);
    };
    document.addEventListener("compositionstart", watch);
    document.addEventListener("compositionend", watch);
    bring().then(
      (made) => whenAtRest(field, composing, () => take(made)),
      () => undefined,
    );
    return () => {
      left = true;
      document.removeEventListener("compositionstart", watch);
      document.removeEventListener("compositionend", watch);
    };
  }, [wanted, rich, conversation, field]);
  return wanted ? rich : null;
}
