/** The field of the composer, whichever it is: places are counted in the text with its marks. */
import type { RefObject } from "react";

export type Field = Pick<HTMLTextAreaElement, "focus" | "selectionStart" | "selectionEnd" | "setSelectionRange"> & {
  closest: (selector: string) => HTMLElement | null;
};

export type FieldRef = RefObject<Field | null>;

/** What every field of the composer is given. */
export interface FieldProps {
  field: FieldRef;
  label: string;
  hint: string;
  /** By which the browser checks the spelling. */
  lang: string | undefined;
  /** The list that is open beside it and the option that is meant, if any. */
  list: { id: string; at: number } | null;
  text: string;
  onText: (text: string, caret: number) => void;
}
