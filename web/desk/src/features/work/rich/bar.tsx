import { useEffect, useRef, useState, type KeyboardEvent, type RefObject } from "react";
import { msg, useT } from "@/i18n";
import type { IconName } from "@ui/icon";
import { IconButton } from "@ui/button";
import type { Field } from "../field";
import { edited, type Act } from "./edits";
import { marksOf } from "./pasted";

const acts: readonly { act: Act; icon: IconName; label: string; key?: string }[] = [
  { act: "bold", icon: "bold", label: msg("marks.bold"), key: "b" },
  { act: "italic", icon: "italic", label: msg("marks.italic"), key: "i" },
  { act: "bullets", icon: "list", label: msg("marks.bullets") },
  { act: "numbers", icon: "list-ordered", label: msg("marks.numbers") },
  { act: "quote", icon: "text-quote", label: msg("marks.quote") },
  { act: "link", icon: "link", label: msg("marks.link") },
];

/** Writes as if it had been typed: the browser's own undo takes it back. */
function type(field: HTMLTextAreaElement, from: number, to: number, put: string): void {
  field.focus();
  field.setSelectionRange(from, to);
  const done = document.execCommand?.(put ? "insertText" : "delete", false, put);
  if (done) return;
  field.setRangeText(put, from, to, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function apply(field: HTMLTextAreaElement, act: Act): void {
  const edit = edited(field.value, field.selectionStart, field.selectionEnd, act);
  type(field, edit.from, edit.to, edit.put);
  field.setSelectionRange(edit.start, edit.end);
}

/** Keys for marks, and pasting with the marks we have, in a field that is there already. */
function useField(field: RefObject<Field | null>): void {
  useEffect(() => {
    const element = field.current;
    if (!(element instanceof HTMLTextAreaElement)) return undefined;
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
      const found = acts.find(({ key }) => key === event.key.toLowerCase());
      if (!found) return;
      event.preventDefault();
      apply(element, found.act);
    };
    const onPaste = (event: ClipboardEvent) => {
      const html = event.clipboardData?.getData("text/html");
      if (!html || event.clipboardData!.files.length > 0) return;
      const text = marksOf(html);
      if (!text) return;
      event.preventDefault();
      type(element, element.selectionStart, element.selectionEnd, text);
    };
    element.addEventListener("keydown", onKey);
    element.addEventListener("paste", onPaste);
    return () => {
      element.removeEventListener("keydown", onKey);
      element.removeEventListener("paste", onPaste);
    };
  }, [field]);
}

interface BarProps {
  /** The acts that hold where the caret is, where the field shows them. */
  held?: readonly Act[];
  onAct: (act: Act) => void;
}

/** The marks of a mail as buttons: one tab stop, arrows move; a press acts on what is selected. */
export function MarkBar({ held, onAct }: BarProps) {
  const t = useT();
  const bar = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(0);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = (at + step + acts.length) % acts.length;
    setAt(next);
    bar.current?.querySelectorAll("button")[next]?.focus();
  };
  return (
    <div ref={bar} role="toolbar" tabIndex={-1} aria-label={t("marks.bar")} aria-controls="composer" className="marks" onKeyDown={onKeyDown}>
      {acts.map(({ act, icon, label, key }, index) => (
        <IconButton
          key={act}
          icon={icon}
          label={t(label)}
          {...(key ? { shortcut: `Ctrl+${key.toUpperCase()}` } : {})}
          {...(held ? { "aria-pressed": held.includes(act) } : {})}
          excludeFromTabOrder={index !== at}
          onPress={() => {
            setAt(index);
            onAct(act);
          }}
        />
      ))}
    </div>
  );
}

/** The bar of the plain field, where the marks themselves are seen. */
export function PlainMarkBar({ field }: { field: RefObject<Field | null> }) {
  useField(field);
  return (
    <MarkBar
      onAct={(act) => {
        if (field.current instanceof HTMLTextAreaElement) apply(field.current, act);
      }}
    />
  );
}
