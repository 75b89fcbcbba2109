/** An answer as a document: one node for each line of the text that is kept and sent. */
import { Fragment, Schema, type Mark, type Node } from "prosemirror-model";
import { read, settled, type Line, type Look } from "./lines";

export const schema = new Schema({
  nodes: {
    doc: { content: "line+" },
    line: {
      content: "text*",
      attrs: { quote: { default: 0 }, list: { default: "" }, n: { default: 0 } },
      parseDOM: ["p", "div", "li", "blockquote"].map((tag) => ({ tag })),
      toDOM: ({ attrs: { quote, list, n } }) => {
        const words = list === "" ? ["p", 0] : list === "ul" ? ["ul", ["li", 0]] : ["ol", { start: n }, ["li", 0]];
        return Array.from({ length: quote as number }).reduce<unknown[]>((inner) => ["blockquote", inner], words) as [string, ...unknown[]];
      },
    },
    text: {},
  },
  marks: {
    link: {
      attrs: { href: {} },
      inclusive: false,
      toDOM: ({ attrs }) => ["a", { href: attrs.href as string, title: attrs.href as string }, 0],
    },
    strong: { parseDOM: [{ tag: "strong" }, { tag: "b" }], toDOM: () => ["strong", 0] },
    em: { parseDOM: [{ tag: "em" }, { tag: "i" }], toDOM: () => ["em", 0] },
  },
});

/** With which marks a line was written: it is given back so until it is changed. */
const sources = new WeakMap<Node, string>();

export function isSettled(line: Node): boolean {
  return sources.has(line);
}

export function remember(line: Node, source: string): void {
  sources.set(line, source);
}

function marksFor({ strong, em, href }: Look): Mark[] {
  const { marks } = schema;
  return [
    ...(href === null ? [] : [marks.link!.create({ href })]),
    ...(strong ? [marks.strong!.create()] : []),
    ...(em ? [marks.em!.create()] : []),
  ];
}

/** The node that shows a line. */
export function nodeFor({ quote, list, n, text, looks }: Line, source: string): Node {
  const words: Node[] = [];
  for (let from = 0, to = 0; from < text.length; from = to) {
    const look = looks[from]!;
    while (to < text.length && looks[to] === look) to += 1;
    words.push(schema.text(text.slice(from, to), marksFor(look)));
  }
  const line = schema.nodes.line!.create({ quote, list, n }, Fragment.fromArray(words));
  remember(line, source);
  return line;
}

/** The lines of a text with marks. */
export function linesFor(text: string): Node[] {
  return text.split("\n").map((source) => nodeFor(read(source), source));
}

/** A text with marks as it is shown. */
export function docFor(text: string): Node {
  return schema.nodes.doc!.create(null, linesFor(text));
}

/** What a node shows. */
export function lineOf(node: Node): Line {
  const looks: Look[] = [];
  node.forEach((words) => {
    const look = {
      strong: words.marks.some((mark) => mark.type.name === "strong"),
      em: words.marks.some((mark) => mark.type.name === "em"),
      href: (words.marks.find((mark) => mark.type.name === "link")?.attrs.href as string | undefined) ?? null,
    };
    for (let unit = 0; unit < words.nodeSize; unit += 1) looks.push(look);
  });
  const { quote, list, n } = node.attrs as Pick<Line, "quote" | "list" | "n">;
  return { quote, list, n, text: node.textContent, looks };
}

/** A line with its marks. */
export function sourceOf(line: Node): string {
  return sources.get(line) ?? settled(lineOf(line)).source;
}

/** The text with marks of what is shown. */
export function textOf(doc: Node): string {
  const lines: string[] = [];
  doc.forEach((line) => lines.push(sourceOf(line)));
  return lines.join("\n");
}

/** Where in the text with marks a place of the document is. */
export function offsetAt(doc: Node, pos: number): number {
  const $pos = doc.resolve(pos);
  const index = Math.min($pos.index(0), doc.childCount - 1);
  let before = 0;
  for (let line = 0; line < index; line += 1) before += sourceOf(doc.child(line)).length + 1;
  const unit = $pos.depth === 0 ? 0 : $pos.parentOffset;
  const { at, from } = read(sourceOf(doc.child(index)));
  return before + (unit === 0 ? from : (at[unit - 1] ?? at.at(-1) ?? from - 1) + 1);
}

/** Where in the document a place of the text with marks is. */
export function posAt(doc: Node, offset: number): number {
  let left = offset;
  let pos = 0;
  for (let index = 0; index < doc.childCount; index += 1) {
    const line = doc.child(index);
    const source = sourceOf(line);
    if (left <= source.length || index === doc.childCount - 1) {
      const units = read(source).at.filter((at) => at < left).length;
      return pos + 1 + Math.min(units, line.content.size);
    }
    left -= source.length + 1;
    pos += line.nodeSize;
  }
  return pos;
}
