import { useLayoutEffect, useRef, useState } from "react";
import { closeHistory, history, redo, undo } from "prosemirror-history";
import { EditorState, Selection, TextSelection, type Command } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import type { Field, FieldProps } from "../field";
import { MarkBar } from "./bar";
import { acted, copied, deleted, entered, holding, inserted, linkAt, linked } from "./commands";
import { docFor, linesFor, offsetAt, posAt, textOf } from "./doc";
import type { Act } from "./edits";
import { LinkForm } from "./link-form";
import { broughtIn } from "./pasted";
import { settling } from "./settling";

const outside = "outside";

function begun(text: string): EditorState {
  const doc = docFor(text);
  return EditorState.create({ doc, selection: Selection.atEnd(doc), plugins: [settling(), history()] });
}

/** Takes a text that was written elsewhere: what stays the same stays in place, and undo takes it back. */
function taken(state: EditorState, text: string): EditorState {
  const now = textOf(state.doc);
  if (!text || !now) return begun(text);
  const [before, after] = [now.split("\n"), text.split("\n")];
  const most = Math.min(before.length, after.length);
  let top = 0;
  while (top < most && before[top] === after[top]) top += 1;
  let end = 0;
  while (end < most - top && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  // A line is put in the place of one, so that none is ever without.
  if (top + end === most) {
    if (top > 0) top -= 1;
    else end -= 1;
  }
  const posOf = (line: number) => before.slice(0, line).reduce((pos, _, index) => pos + state.doc.child(index).nodeSize, 0);
  const tr = state.tr.replaceWith(posOf(top), posOf(before.length - end), linesFor(after.slice(top, after.length - end).join("\n")));
  let same = 0;
  while (same < Math.min(now.length, text.length) && now.at(-1 - same) === text.at(-1 - same)) same += 1;
  tr.setSelection(TextSelection.create(tr.doc, posAt(tr.doc, text.length - same)));
  return state.apply(tr.setMeta(outside, true).scrollIntoView());
}

const keys: Record<string, Command> = {
  Enter: (state, dispatch) => (dispatch?.(entered(state, false)), true),
  "Shift+Enter": (state, dispatch) => (dispatch?.(entered(state, true)), true),
  "Ctrl+b": (state, dispatch) => (dispatch?.(acted(state, "bold")), true),
  "Ctrl+i": (state, dispatch) => (dispatch?.(acted(state, "italic")), true),
  "Ctrl+z": undo,
  "Ctrl+y": redo,
  "Ctrl+Shift+z": redo,
};

function onKey(view: EditorView, event: KeyboardEvent): boolean {
  const { key } = event;
  if (key === "Backspace" || key === "Delete") {
    const tr = deleted(view.state, key === "Backspace");
    if (tr) view.dispatch(tr);
    return tr !== null;
  }
  // AltGr comes as Ctrl and Alt: on the Italian keyboard it writes signs.
  if (event.altKey) return false;
  const mod = event.ctrlKey || event.metaKey ? "Ctrl+" : "";
  const command = keys[mod + (event.shiftKey ? "Shift+" : "") + (key.length === 1 ? key.toLowerCase() : key)];
  return command?.(view.state, view.dispatch) ?? false;
}

/** Sending is the desk's affair: the library would keep every Enter to itself. */
function isSending(_view: EditorView, event: KeyboardEvent): boolean {
  return event.key === "Enter" && (event.ctrlKey || event.metaKey);
}

/** Words that come at once from elsewhere than single keys: another program, a list of signs, dictation. */
function onBeforeInput(view: EditorView, event: InputEvent): boolean {
  if (view.composing || event.isComposing || !event.data || !event.inputType.startsWith("insert")) return false;
  const [range] = event.getTargetRanges();
  if (!range) return false;
  const from = view.posAtDOM(range.startContainer, range.startOffset);
  const to = view.posAtDOM(range.endContainer, range.endOffset);
  const [$from, $to] = [view.state.doc.resolve(from), view.state.doc.resolve(to)];
  if (!event.data.includes("\n") && $from.depth > 0 && $from.sameParent($to)) return false;
  event.preventDefault();
  view.dispatch(inserted(view.state, event.data, { from, to }));
  return true;
}

function onPaste(view: EditorView, event: ClipboardEvent): boolean {
  const data = event.clipboardData;
  // Files are taken by the composer around the field.
  if (!data || data.files.length > 0) return true;
  event.preventDefault();
  const text = broughtIn(data);
  if (text) view.dispatch(closeHistory(inserted(view.state, text)).setMeta("uiEvent", "paste"));
  return true;
}

function onDrop(view: EditorView, event: DragEvent): boolean {
  const data = event.dataTransfer;
  if (view.dragging && data?.files.length === 0) return false;
  if (!data || data.files.length > 0) return true;
  event.preventDefault();
  const at = view.posAtCoords({ left: event.clientX, top: event.clientY });
  const text = broughtIn(data);
  if (text && at) view.dispatch(inserted(view.state, text, { from: at.pos, to: at.pos }).setMeta("uiEvent", "drop"));
  view.focus();
  return true;
}

/** The field of an answer by mail that shows its marks as they will look; what it gives back is the text with marks. */
export function RichField(props: FieldProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const latest = useRef(props);
  const given = useRef(props.text);
  const [acts, setActs] = useState<readonly Act[]>([]);
  const [asking, setAsking] = useState<string | null>(null);
  useLayoutEffect(() => {
    latest.current = props;
  });
  useLayoutEffect(() => {
    const made = new EditorView(place.current, {
      state: begun(given.current),
      attributes: ({ doc }) => attributes(latest.current, doc.content.size === 2 && given.current === ""),
      handleKeyDown: onKey,
      clipboardTextSerializer: copied,
      handleDOMEvents: { keydown: isSending, beforeinput: onBeforeInput, paste: onPaste, drop: onDrop },
      dispatchTransaction: (tr) => {
        const state = made.state.apply(tr);
        const text = textOf(state.doc);
        const changed = text !== given.current;
        given.current = text;
        made.updateState(state);
        const next = holding(state);
        setActs((now) => (now.join() === next.join() ? now : next));
        if (changed) latest.current.onText(text, offsetAt(state.doc, state.selection.head));
      },
    });
    view.current = made;
    const { field } = latest.current;
    field.current = handleOf(made);
    return () => {
      field.current = null;
      view.current = null;
      made.destroy();
    };
  }, []);
  const { text, label, hint, lang, list } = props;
  useLayoutEffect(() => {
    if (!view.current || text === given.current) return;
    given.current = text;
    view.current.updateState(taken(view.current.state, text));
  }, [text]);
  useLayoutEffect(() => {
    // Its attributes are asked for anew.
    view.current?.updateState(view.current.state);
  }, [label, hint, lang, list?.id, list?.at]);
  const act = (one: Act) => {
    if (!view.current) return;
    if (one === "link") {
      setAsking(linkAt(view.current.state)?.href ?? "");
      return;
    }
    // By itself for undo, however soon after what was typed.
    view.current.dispatch(closeHistory(acted(view.current.state, one)));
    view.current.focus();
  };
  const link = (href: string | null | undefined) => {
    setAsking(null);
    if (!view.current) return;
    if (href !== undefined) view.current.dispatch(linked(view.current.state, href));
    view.current.focus();
  };
  return (
    <>
      <MarkBar held={acts} onAct={act} />
      {asking !== null && <LinkForm href={asking} onDone={link} />}
      <div ref={place} />
    </>
  );
}

function attributes({ label, hint, lang, list }: FieldProps, empty: boolean): Record<string, string> {
  return {
    id: "composer",
    class: "composer-field rich",
    role: "textbox",
    "aria-multiline": "true",
    "aria-label": label,
    "aria-placeholder": hint,
    "aria-autocomplete": "list",
    "data-region-focus": "",
    spellcheck: "true",
    ...(lang ? { lang } : {}),
    ...(empty ? { "data-hint": hint } : {}),
    ...(list ? { "aria-controls": list.id, "aria-activedescendant": `${list.id}-${list.at}` } : {}),
  };
}

/** The field as the composer knows it: places counted in the text with its marks. */
function handleOf(view: EditorView): Field {
  const place = (pos: number) => offsetAt(view.state.doc, pos);
  return {
    focus: () => view.focus(),
    get selectionStart() {
      return place(view.state.selection.from);
    },
    get selectionEnd() {
      return place(view.state.selection.to);
    },
    setSelectionRange: (start, end) => {
      const { doc, tr } = view.state;
      const selection = TextSelection.create(doc, posAt(doc, start ?? 0), posAt(doc, end ?? 0));
      view.dispatch(tr.setSelection(selection).scrollIntoView());
    },
    closest: (selector) => view.dom.closest<HTMLElement>(selector),
  };
}
