/** What keys and the bar do to the lines of an answer. */
import type { Mark, MarkType, Node, ResolvedPos, Slice } from "prosemirror-model";
import { TextSelection, type EditorState, type Transaction } from "prosemirror-state";
import type { Act } from "./edits";
import { linesFor, schema, sourceOf } from "./doc";
import { read, wordAt } from "./lines";
import { DEEPEST } from "./marks";

const { link, strong, em } = schema.marks as Record<"link" | "strong" | "em", MarkType>;
const bare = { quote: 0, list: "", n: 0 };

interface Placed {
  node: Node;
  pos: number;
}

function chosen({ doc, selection: { from, to } }: EditorState): Placed[] {
  const lines: Placed[] = [];
  doc.nodesBetween(from, to, (node, pos) => {
    if (node.type.name === "line") lines.push({ node, pos });
    return false;
  });
  return lines;
}

/** The words a mark is meant for, line by line: without the spaces around them; a slant takes whole words. */
function grasped(state: EditorState, whole: boolean): { from: number; to: number }[] {
  const { from, to, empty } = state.selection;
  return chosen(state).flatMap(({ node, pos }) => {
    const text = node.textContent;
    let start = Math.max(0, from - pos - 1);
    let end = Math.min(text.length, to - pos - 1);
    if (empty || whole) {
      const [first, last] = wordAt(text, start, end);
      if (empty && (first === start || last === end)) return [];
      [start, end] = [first, last];
    }
    while (start < end && /\s/.test(text[start]!)) start += 1;
    while (end > start && /\s/.test(text[end - 1]!)) end -= 1;
    return start < end ? [{ from: pos + 1 + start, to: pos + 1 + end }] : [];
  });
}

function hasOver(doc: Node, { from, to }: { from: number; to: number }, mark: MarkType): boolean {
  let has = true;
  doc.nodesBetween(from, to, (node) => {
    if (node.isText && node.text!.trim() && !mark.isInSet(node.marks)) has = false;
  });
  return has;
}

function marksHere(state: EditorState): readonly Mark[] {
  return state.storedMarks ?? state.selection.$from.marks();
}

function toggled(state: EditorState, mark: MarkType): Transaction {
  const { tr } = state;
  const parts = grasped(state, mark === em);
  if (parts.length === 0) {
    return mark.isInSet(marksHere(state)) ? tr.removeStoredMark(mark) : tr.addStoredMark(mark.create());
  }
  const has = parts.every((part) => hasOver(state.doc, part, mark));
  for (const { from, to } of parts) {
    if (has) tr.removeMark(from, to, mark);
    else tr.addMark(from, to, mark.create());
  }
  return tr;
}

function listed(state: EditorState, act: "bullets" | "numbers" | "quote"): Transaction {
  const { tr } = state;
  const lines = chosen(state);
  const meant = lines.length > 1 ? lines.filter(({ node }) => node.content.size > 0) : lines;
  const list = act === "bullets" ? "ul" : "ol";
  const has = meant.every(({ node }) => (act === "quote" ? node.attrs.quote > 0 : node.attrs.list === list));
  meant.forEach(({ node: { attrs }, pos }, index) => {
    const quote = Math.min(DEEPEST, (attrs.quote as number) + (has ? -1 : 1));
    const next = act === "quote" ? { quote } : has ? { list: "", n: 0 } : { list, n: list === "ol" ? index + 1 : 0 };
    tr.setNodeMarkup(pos, null, { ...attrs, ...next });
  });
  return tr;
}

/** What an act of the bar does; a link is asked for its address first (`linked`). */
export function acted(state: EditorState, act: Exclude<Act, "link">): Transaction {
  if (act === "bold") return toggled(state, strong);
  return act === "italic" ? toggled(state, em) : listed(state, act);
}

/** Which acts hold where the caret is. */
export function holding(state: EditorState): Act[] {
  const { selection, doc } = state;
  const { quote, list } = selection.$from.parent.attrs as { quote?: number; list?: string };
  const has = (mark: MarkType) =>
    selection.empty ? mark.isInSet(marksHere(state)) !== undefined : hasOver(doc, selection, mark);
  return [
    ...(has(strong) ? (["bold"] as const) : []),
    ...(has(em) ? (["italic"] as const) : []),
    ...(list === "ul" ? (["bullets"] as const) : list === "ol" ? (["numbers"] as const) : []),
    ...(quote ? (["quote"] as const) : []),
    ...(linkAt(state) ? (["link"] as const) : []),
  ];
}

/** The link at the caret: its address and how far it reaches. */
export function linkAt({ doc, selection: { $from, $to, empty } }: EditorState): { href: string; from: number; to: number } | null {
  const marks = empty ? $from.marksAcross($from) : $from.marksAcross($to);
  const mark = link.isInSet(marks ?? []) ?? link.isInSet($from.nodeAfter?.marks ?? []) ?? link.isInSet($from.nodeBefore?.marks ?? []);
  if (!mark || !$from.sameParent($to)) return null;
  const found: { from: number; to: number }[] = [];
  let pos = $from.start();
  $from.parent.forEach((words) => {
    if (mark.isInSet(words.marks)) {
      if (found.at(-1)?.to === pos) found.at(-1)!.to = pos + words.nodeSize;
      else found.push({ from: pos, to: pos + words.nodeSize });
    }
    pos += words.nodeSize;
  });
  const own = found.find(({ from, to }) => from <= $from.pos && $to.pos <= to);
  return own && doc ? { href: mark.attrs.href as string, ...own } : null;
}

/** Links the words chosen, or the link or the word at the caret, or else the address itself; null unlinks. */
export function linked(state: EditorState, href: string | null): Transaction {
  const { tr, selection } = state;
  const at = linkAt(state);
  if (href === null) return at ? tr.removeMark(at.from, at.to, link) : tr;
  const parts = at ? [at] : grasped(state, false);
  for (const { from, to } of parts) tr.removeMark(from, to, link).addMark(from, to, link.create({ href }));
  if (parts.length > 0) return tr.setSelection(TextSelection.create(tr.doc, parts.at(-1)!.to)).removeStoredMark(link);
  return tr.insertText(href, selection.from, selection.to);
}

/** Whether everything is chosen: what comes in its place begins as an empty field does. */
function isAll({ doc, selection: { from, to } }: EditorState): boolean {
  return from <= 1 && to >= doc.content.size - 1;
}

/** Puts a text with marks in the place of a part, its lines as they are read. */
export function inserted(state: EditorState, text: string, range?: { from: number; to: number }): Transaction {
  const { tr, doc } = state;
  const lines = linesFor(text.replace(/\r\n?/g, "\n"));
  // Within lines, also where the page says "around all of them".
  const { $from, $to } = range ? TextSelection.between(doc.resolve(range.from), doc.resolve(range.to)) : state.selection;
  const all = $from.pos <= 1 && $to.pos >= doc.content.size - 1;
  const before = $from.parent.cut(0, $from.parentOffset);
  const after = $to.parent.cut($to.parentOffset);
  const own = before.content.size > 0 || (before.attrs.list !== "" && !all);
  const first = lines[0]!;
  lines[0] = first.type.create(own ? before.attrs : all ? first.attrs : joined(before, first), before.content.append(first.content));
  const last = lines.at(-1)!;
  const caret = last.content.size;
  lines[lines.length - 1] = last.type.create(last.attrs, last.content.append(after.content));
  const start = all ? 0 : $from.before();
  tr.replaceWith(start, all ? doc.content.size : $to.after(), lines);
  const end = lines.reduce((pos, line) => pos + line.nodeSize, start);
  const pos = end - 1 - (lines.at(-1)!.content.size - caret);
  return tr.setSelection(TextSelection.create(tr.doc, pos)).scrollIntoView();
}

/** Into an empty line come the list and the quote of what is put there, within the quote it has. */
function joined(before: Node, first: Node) {
  return { ...first.attrs, quote: Math.min(DEEPEST, (before.attrs.quote as number) + (first.attrs.quote as number)) };
}

function numberedOn(tr: Transaction, pos: number, n: number): void {
  for (let at = pos, next = n; at < tr.doc.content.size; next += 1) {
    const line = tr.doc.nodeAt(at)!;
    if (line.attrs.list !== "ol" || line.attrs.n !== next) return;
    tr.setNodeMarkup(at, null, { ...line.attrs, n: next + 1 });
    at += line.nodeSize;
  }
}

/** A new line: the next point of a list, out of it from an empty one. */
export function entered(state: EditorState, soft: boolean): Transaction {
  const { tr, selection } = state;
  const marks = marksHere(state).filter((mark) => mark.type !== link);
  const { $from, empty } = selection;
  const { attrs, content } = $from.parent;
  if (empty && content.size === 0 && (attrs.list !== "" || attrs.quote > 0)) return cleared(tr, $from);
  tr.deleteSelection();
  const at = tr.selection.from;
  const list = soft ? "" : (attrs.list as string);
  const n = list === "ol" ? (attrs.n as number) + 1 : 0;
  tr.split(at, 1, [{ type: schema.nodes.line!, attrs: { quote: attrs.quote as number, list, n } }]);
  if (list === "ol") numberedOn(tr, tr.doc.resolve(at + 2).after(), n);
  return tr.setStoredMarks(marks).scrollIntoView();
}

/** Takes the list from a line, or else a quote. */
function cleared(tr: Transaction, $at: ResolvedPos): Transaction {
  const { attrs } = $at.parent;
  const next = attrs.list === "" ? { quote: Math.max(0, (attrs.quote as number) - 1) } : { list: "", n: 0 };
  return tr.setNodeMarkup($at.before(), null, { ...attrs, ...next });
}

/** What a key that deletes does by itself; null leaves it to the browser, letter by letter. */
export function deleted(state: EditorState, back: boolean): Transaction | null {
  const { tr, selection } = state;
  const { $from, empty } = selection;
  if (!empty) {
    if (isAll(state)) return tr.replaceWith(0, state.doc.content.size, schema.nodes.line!.create(bare));
    return tr.deleteSelection().scrollIntoView();
  }
  if (back && $from.parentOffset === 0) {
    if ($from.parent.attrs.list !== "" || $from.parent.attrs.quote > 0) return cleared(tr, $from);
    return $from.index(0) > 0 ? tr.join($from.before()).scrollIntoView() : tr;
  }
  if (!back && $from.parentOffset === $from.parent.content.size) {
    return $from.index(0) < state.doc.childCount - 1 ? tr.join($from.after()).scrollIntoView() : tr;
  }
  return null;
}

/** An address as somebody writes it, made one that a link may have; null when it is none. */
export function addressOf(written: string): string | null {
  const bareAddress = written.trim();
  const whole = /^(?:https?:\/\/|mailto:)/i.test(bareAddress)
    ? bareAddress
    : `${/^[^\s/@]+@[^\s/@]+$/.test(bareAddress) ? "mailto:" : "https://"}${bareAddress}`;
  const href = whole
    .replace(/^[a-z]+:/i, (scheme) => scheme.toLowerCase())
    .replace(/[\s()<>"]/g, (sign) => ({ "(": "%28", ")": "%29" })[sign] ?? encodeURIComponent(sign));
  return read(`[x](${href})`).text === "x" ? href : null;
}

/** The text with marks of what is chosen; words within one line come without its list and quote. */
export function copied({ content }: Slice): string {
  const lines: Node[] = [];
  content.forEach((line) => lines.push(line));
  if (lines.length === 1) return sourceOf(schema.nodes.line!.create(bare, lines[0]!.content));
  return lines.map(sourceOf).join("\n");
}
