/**
 * Marks in a written answer: bold, italic, lists, quotes and links. The text with its marks is what
 * is kept and sent; the server makes the HTML of a mail of it by the same rules
 * (src/ascolto/conversations/marked.py; both are held to tests/support/marks.json).
 */

export type Words = string | { mark: "strong" | "em"; words: Words[] } | { mark: "a"; href: string; words: Words[] };

export type Block =
  | { kind: "p"; lines: Words[][] }
  | { kind: "ul"; items: Words[][] }
  | { kind: "ol"; start: number; items: Words[][] }
  | { kind: "blockquote"; blocks: Block[] };

/** Every mark within a line. */
export const INLINE =
  /\[(?<words>[^[\]\n]{1,300})\]\((?<to>(?:https?:\/\/|mailto:)[^\s()<>"]{1,1000})\)|(?<bare>https?:\/\/[^\s<>"]{1,1000}[^\s<>".,;:!?)])|\*\*(?<bold>[^\s*](?:[^*\n]*[^\s*])?)\*\*|(?<![\p{L}\p{N}_])_(?<italic>[^\s_](?:[^_\n]*[^\s_])?)_(?![\p{L}\p{N}_])/gu;
export const BULLET = /^- (?=\S)/;
export const NUMBER = /^\d{1,3}\. (?=\S)/;
export const QUOTE = /^> ?/;
/** A quote within quotes of quotes: deeper than this nobody has written by hand. */
export const DEEPEST = 8;

function inline(text: string): Words[] {
  const found: Words[] = [];
  let at = 0;
  for (const match of text.matchAll(INLINE)) {
    const { words, to, bare, bold, italic } = match.groups!;
    if (match.index > at) found.push(text.slice(at, match.index));
    at = match.index + match[0].length;
    const href = to ?? bare;
    if (href !== undefined) found.push({ mark: "a", href, words: [words ?? href] });
    else if (bold !== undefined) found.push({ mark: "strong", words: inline(bold) });
    else found.push({ mark: "em", words: inline(italic ?? "") });
  }
  if (at < text.length) found.push(text.slice(at));
  return found;
}

type LineKind = "blank" | "quote" | "ul" | "ol" | "words";

function kindOf(line: string): LineKind {
  if (!line.trim()) return "blank";
  if (line.startsWith(">")) return "quote";
  if (BULLET.test(line)) return "ul";
  return NUMBER.test(line) ? "ol" : "words";
}

/** The numbers that were written: a list goes on while each follows the one before. */
function numbered(lines: readonly string[]): Block[] {
  const made: { kind: "ol"; start: number; items: Words[][] }[] = [];
  for (const line of lines) {
    const number = parseInt(line, 10);
    const item = inline(line.replace(NUMBER, ""));
    const last = made.at(-1);
    if (last && number === last.start + last.items.length) last.items.push(item);
    else made.push({ kind: "ol", start: number, items: [item] });
  }
  return made;
}

function blocks(lines: readonly string[], depth = 0): Block[] {
  const made: Block[] = [];
  for (let from = 0, to = 0; from < lines.length; from = to) {
    const kind = kindOf(lines[from]!);
    while (to < lines.length && kindOf(lines[to]!) === kind) to += 1;
    const part = lines.slice(from, to);
    if (kind === "blank") continue;
    if (kind === "quote" && depth < DEEPEST) {
      made.push({ kind: "blockquote", blocks: blocks(part.map((line) => line.replace(QUOTE, "")), depth + 1) });
    } else if (kind === "ul") {
      made.push({ kind, items: part.map((line) => inline(line.replace(BULLET, ""))) });
    } else if (kind === "ol") {
      made.push(...numbered(part));
    } else {
      made.push({ kind: "p", lines: part.map((line) => inline(line)) });
    }
  }
  return made;
}

/** What a text with marks is made of. */
export function parts(text: string): Block[] {
  return blocks(text.replace(/^\n+|\n+$/g, "").split("\n"));
}
