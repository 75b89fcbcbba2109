/** After each change, every changed line is brought to what its marks can say. */
import { Plugin, TextSelection, type EditorState, type Transaction } from "prosemirror-state";
import type { Node } from "prosemirror-model";
import type { EditorView } from "prosemirror-view";
import { isSettled, lineOf, nodeFor, remember } from "./doc";
import { settled, type Settled } from "./lines";

/** What to put in the place of a line, by the line's number. */
function changes(doc: Node): Map<number, Settled> {
  const found = new Map<number, Settled>();
  doc.forEach((line, _, index) => {
    if (isSettled(line)) return;
    const one = settled(lineOf(line));
    if (one.same) remember(line, one.source);
    else found.set(index, one);
  });
  return found;
}

function startOf(doc: Node, index: number): number {
  let pos = 0;
  for (let line = 0; line < index; line += 1) pos += doc.child(line).nodeSize;
  return pos;
}

function settle(state: EditorState): Transaction | null {
  const found = changes(state.doc);
  if (found.size === 0) return null;
  const { tr, selection } = state;
  const place = (pos: number) => {
    const $pos = state.doc.resolve(pos);
    const index = $pos.index(0);
    const unit = found.get(index)?.place($pos.parentOffset) ?? $pos.parentOffset;
    return () => startOf(tr.doc, index) + 1 + unit;
  };
  const [anchor, head] = [place(selection.anchor), place(selection.head)];
  let consumed = false;
  for (const [index, { line, source }] of [...found].reverse()) {
    const from = startOf(state.doc, index);
    const before = state.doc.child(index);
    consumed ||= line.text.length < before.content.size;
    tr.replaceWith(from, from + before.nodeSize, nodeFor(line, source));
  }
  if (selection instanceof TextSelection) tr.setSelection(TextSelection.create(tr.doc, anchor(), head()));
  // Behind a mark that was just closed by its sign, words are as they were before it.
  return tr.setStoredMarks(consumed ? [] : state.storedMarks);
}

const again = "settle";

/** Keeps what is shown equal to what will be sent; while a letter is being composed it waits for it. */
export function settling(): Plugin {
  let view: EditorView | null = null;
  return new Plugin({
    view: (of) => {
      view = of;
      const composed = () => setTimeout(() => of.isDestroyed || of.dispatch(of.state.tr.setMeta(again, true)), 30);
      of.dom.addEventListener("compositionend", composed);
      return { destroy: () => of.dom.removeEventListener("compositionend", composed) };
    },
    appendTransaction: (done, _before, state) => {
      if (view?.composing || !done.some((one) => one.docChanged || one.getMeta(again))) return null;
      return settle(state);
    },
  });
}
