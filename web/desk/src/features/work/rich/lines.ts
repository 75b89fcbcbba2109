/**
 * One line of an answer: read from its marks as it is shown, and written back with them. Pure, so that
 * what the field shows is held to what is sent without a page.
 */
import { BULLET, DEEPEST, INLINE, NUMBER, QUOTE } from "./marks";

/** How a letter looks. */
export interface Look {
  strong: boolean;
  em: boolean;
  href: string | null;
}

/** A line as it is shown: its quotes and its list before it, and each UTF-16 unit with its look. */
export interface Line {
  quote: number;
  list: "" | "ul" | "ol";
  n: number;
  text: string;
  looks: readonly Look[];
}

/** A line that was read: where in its marks each unit stands, and where its words begin. */
export interface Read extends Line {
  from: number;
  at: readonly number[];
}

const PLAIN: Look = { strong: false, em: false, href: null };
const SPACE = /\s/;
const LETTER = /[\p{L}\p{N}]/u;

/** Reads a line of the text that is kept and sent. */
export function read(source: string): Read {
  let quote = 0;
  let from = 0;
  while (quote < DEEPEST && source[from] === ">") {
    from += QUOTE.exec(source.slice(from))![0].length;
    quote += 1;
  }
  const rest = source.slice(from);
  // A point that was begun and has no words yet is shown as one.
  const bullet = BULLET.exec(rest) ?? (rest === "- " ? [rest] : null);
  const number = bullet ? null : (NUMBER.exec(rest) ?? /^\d{1,3}\. $/.exec(rest));
  from += (bullet ?? number)?.[0].length ?? 0;
  const shown = { text: "", looks: [] as Look[], at: [] as number[] };
  collect(source.slice(from), from, PLAIN, shown);
  return { quote, list: bullet ? "ul" : number ? "ol" : "", n: number ? parseInt(number[0], 10) : 0, from, ...shown };
}

function collect(text: string, from: number, look: Look, into: { text: string; looks: Look[]; at: number[] }): void {
  const put = (words: string, start: number, as: Look) => {
    for (let unit = 0; unit < words.length; unit += 1) {
      into.at.push(start + unit);
      into.looks.push(as);
    }
    into.text += words;
  };
  let at = 0;
  for (const match of text.matchAll(INLINE)) {
    const { words, to, bare, bold, italic } = match.groups!;
    put(text.slice(at, match.index), from + at, look);
    at = match.index + match[0].length;
    const start = from + match.index;
    if (words !== undefined) put(words, start + 1, { ...look, href: to! });
    // An address by itself is its own words: it leads there wherever it is read.
    else if (bare !== undefined) put(bare, start, look);
    else if (bold !== undefined) collect(bold, start + 2, { ...look, strong: true }, into);
    else collect(italic!, start + 1, { ...look, em: true }, into);
  }
  put(text.slice(at), from + at, look);
}

/** A line with marks, and where in it each unit of the shown line stands. */
interface Written {
  source: string;
  at: number[];
}

type Mark = "strong" | "em";
const signs: Record<Mark, string> = { strong: "**", em: "_" };

function write(line: Line): Written {
  const list = line.list === "ul" ? "- " : line.list === "ol" ? `${line.n}. ` : "";
  const before = "> ".repeat(line.quote) + list;
  const into = { source: line.text || line.list ? before : before.trimEnd(), at: [] };
  put(line, 0, line.text.length, { strong: false, em: false }, into);
  return into;
}

/** How far something holds from a unit on. */
function reach(from: number, to: number, holds: (unit: number) => boolean): number {
  let end = from;
  while (end < to && holds(end)) end += 1;
  return end;
}

function put(line: Line, from: number, to: number, open: Record<Mark, boolean>, into: Written): void {
  const { text, looks } = line;
  for (let unit = from; unit < to; ) {
    const { href } = looks[unit]!;
    const ends = (["strong", "em"] as const)
      .filter((mark) => !open[mark] && looks[unit]![mark])
      .map((mark) => ({ mark, end: reach(unit, to, (at) => looks[at]![mark]) }))
      .sort((one, other) => other.end - one.end);
    const wide = ends[0];
    if (wide) {
      enclose(line, unit, wide.end, wide.mark, open, into);
      unit = wide.end;
    } else if (href !== null) {
      const end = reach(unit, to, (at) => looks[at]!.href === href && !differs(looks[at]!, looks[unit]!));
      into.source += "[";
      plain(text, unit, end, into);
      into.source += `](${href})`;
      unit = end;
    } else {
      const end = reach(unit, to, (at) => looks[at]!.href === null && !(looks[at]!.strong && !open.strong) && !(looks[at]!.em && !open.em));
      plain(text, unit, end, into);
      unit = end;
    }
  }
}

function differs(one: Look, other: Look): boolean {
  return one.strong !== other.strong || one.em !== other.em;
}

function plain(text: string, from: number, to: number, into: Written): void {
  for (let unit = from; unit < to; unit += 1) into.at.push(into.source.length + unit - from);
  into.source += text.slice(from, to);
}

/** A mark around words; it holds no space at its edges, so that these stay outside. */
function enclose(line: Line, from: number, to: number, mark: Mark, open: Record<Mark, boolean>, into: Written): void {
  const { text, looks } = line;
  const blank = (unit: number) => SPACE.test(text[unit]!) && looks[unit]!.href === null;
  const start = reach(from, to, blank);
  let end = to;
  while (end > start && blank(end - 1)) end -= 1;
  plain(text, from, start, into);
  if (start === end) return;
  into.source += signs[mark];
  put(line, start, end, { ...open, [mark]: true }, into);
  into.source += signs[mark];
  plain(text, end, to, into);
}

/** The word around a place, as far as letters and figures reach. */
export function wordAt(text: string, from: number, to: number): [number, number] {
  let start = from;
  let end = to;
  while (start > 0 && letterBefore(text, start)) start -= letterBefore(text, start);
  while (end < text.length && letterAfter(text, end)) end += letterAfter(text, end);
  return [start, end];
}

function letterBefore(text: string, at: number): number {
  const letter = [...text.slice(Math.max(0, at - 2), at)].at(-1) ?? "";
  return LETTER.test(letter) ? letter.length : 0;
}

function letterAfter(text: string, at: number): number {
  const letter = String.fromCodePoint(text.codePointAt(at)!);
  return LETTER.test(letter) ? letter.length : 0;
}

/** Looks that marks can say: no bold star, no slanted underscore, slanted words only whole. */
function sayable({ text, looks }: Line): Look[] {
  const next = looks.map((look, unit) => ({
    ...look,
    strong: look.strong && text[unit] !== "*",
    em: look.em && text[unit] !== "_",
  }));
  for (let unit = 0; unit < next.length; unit += 1) {
    if (!next[unit]!.em || next[unit - 1]?.em) continue;
    const end = reach(unit, next.length, (at) => next[at]!.em);
    const [from, to] = wordAt(text, unit, end);
    for (let at = from; at < to; at += 1) next[at] = { ...next[at]!, em: true };
    unit = end;
  }
  return next;
}

/** Which units would be read with less than they look; null when a sign would be shown that nobody typed. */
function lost(line: Line, written: Written, shown: Read): number[] | null {
  const missing: number[] = [];
  let unit = 0;
  for (const [place, at] of shown.at.entries()) {
    while (unit < written.at.length && written.at[unit]! < at) unit += 1;
    if (written.at[unit] !== at) return null;
    const [wanted, got] = [line.looks[unit]!, shown.looks[place]!];
    const inked = !SPACE.test(line.text[unit]!);
    if (wanted.href !== got.href && (wanted.href !== null || !inked)) missing.push(unit);
    else if (inked && ((wanted.strong && !got.strong) || (wanted.em && !got.em))) missing.push(unit);
  }
  return missing;
}

export interface Settled {
  source: string;
  /** The line as it will be read. */
  line: Read;
  /** Whether it is shown so already. */
  same: boolean;
  /** Where each place between units of the line before is in it now. */
  place: (unit: number) => number;
}

/**
 * Brings a line to what its marks can say: signs that were typed become looks, and a look that no mark
 * could give back is dropped. What is shown is thus always what is kept and sent.
 */
export function settled(line: Line): Settled {
  // The space typed after the sign of a quote belongs to the sign.
  if (line.quote > 0 && line.list === "" && line.text === " ") {
    return { ...settled({ ...line, text: "", looks: [] }), same: false, place: () => 0 };
  }
  const looks = sayable(line);
  const without = (mark: Mark | "both") =>
    looks.map((look) => ({ ...look, strong: look.strong && mark === "em", em: look.em && mark === "strong" }));
  const bare = line.looks.map(() => PLAIN);
  for (const tried of [looks, without("em"), without("strong"), without("both"), bare]) {
    const one = { ...line, looks: tried };
    const written = write(one);
    const shown = read(written.source);
    if (lost(one, written, shown)?.length === 0 || tried === bare) return result(line, written, shown);
  }
  throw new Error("unreachable: the last try is always taken");
}

function result(line: Line, { source, at }: Written, shown: Read): Settled {
  return {
    source,
    line: shown,
    same: alike(line, shown),
    place: (unit) => {
      const before = unit === 0 ? 0 : at[unit - 1]! + 1;
      const count = shown.at.findIndex((one) => one >= before);
      return count < 0 ? shown.at.length : count;
    },
  };
}

/** Whether two lines show the same: a space looks the same in bold. */
export function alike(one: Line, other: Line): boolean {
  if (one.text !== other.text || one.quote !== other.quote || one.list !== other.list) return false;
  if (one.list === "ol" && one.n !== other.n) return false;
  return one.looks.every((look, unit) => {
    const { strong, em, href } = other.looks[unit]!;
    if (look.href !== href) return false;
    return SPACE.test(one.text[unit]!) || (look.strong === strong && look.em === em);
  });
}
