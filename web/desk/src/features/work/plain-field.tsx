import type { Ref } from "react";
import type { FieldProps } from "./field";

/** The composer's field as the browser has it: the marks themselves are seen, where there are any. */
export function PlainField({ field, label, hint, lang, list, text, onText }: FieldProps) {
  return (
    <textarea
      ref={field as Ref<HTMLTextAreaElement>}
      id="composer"
      data-region-focus
      className="composer-field"
      rows={3}
      aria-label={label}
      placeholder={hint}
      lang={lang}
      spellCheck
      aria-autocomplete="list"
      aria-controls={list?.id}
      aria-activedescendant={list ? `${list.id}-${list.at}` : undefined}
      value={text}
      onChange={(event) => onText(event.target.value, event.target.selectionStart)}
    />
  );
}
