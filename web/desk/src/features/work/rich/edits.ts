/** What a press on the bar does to the text: pure, so that every case is tested without a page. */

export type Act = "bold" | "italic" | "bullets" | "numbers" | "quote" | "link";

/** Replace `from`–`to` by `put`, then select `start`–`end`. */
export interface Edit {
  from: number;
  to: number;
  put: string;
  start: number;
  end: number;
}

const signs = { bold: "**", italic: "_" } as const;
const lines = { bullets: /^- /, numbers: /^\d{1,3}\. /, quote: /^> ?/ } as const;
const HREF = "https://";

/** The selection without the spaces around it; without a selection, the word under the caret. */
function grasp(text: string, start: number, end: number): [number, number] {
  if (start === end) {
    const before = /[\p{L}\p{N}]*$/u.exec(text.slice(0, start))![0].length;
    const after = /^[\p{L}\p{N}]*/u.exec(text.slice(end))![0].length;
    return [start - before, end + after];
  }
  const chosen = text.slice(start, end);
  const from = start + chosen.length - chosen.trimStart().length;
  return [from, Math.max(from, end - (chosen.length - chosen.trimEnd().length))];
}

function wrapped(text: string, start: number, end: number, sign: string): Edit {
  const [from, to] = grasp(text, start, end);
  const inner = text.slice(from, to);
  const n = sign.length;
  if (text.slice(from - n, from) === sign && text.slice(to, to + n) === sign) {
    return { from: from - n, to: to + n, put: inner, start: from - n, end: to - n };
  }
  if (inner.length > 2 * n && inner.startsWith(sign) && inner.endsWith(sign)) {
    return { from, to, put: inner.slice(n, -n), start: from, end: to - 2 * n };
  }
  // A mark does not reach over the end of a line: each line gets its own.
  const put = inner
    .split("\n")
    .map((line) => (line.trim() || inner === "" ? sign + line + sign : line))
    .join("\n");
  const shift = inner.includes("\n") ? 0 : n;
  return { from, to, put, start: from + shift, end: from + put.length - shift };
}

function lined(text: string, start: number, end: number, act: keyof typeof lines): Edit {
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const next = text.indexOf("\n", end);
  const to = next < 0 ? text.length : next;
  const whole = text.slice(from, to).split("\n");
  const own = lines[act];
  const has = whole.every((line) => own.test(line) || !line.trim()) && whole.some((line) => own.test(line));
  const bare = (line: string) => (act === "quote" ? line : line.replace(lines.bullets, "").replace(lines.numbers, ""));
  let number = 0;
  const put = whole
    .map((line) => {
      if (has) return line.replace(own, "");
      if (!line.trim() && whole.length > 1) return line;
      number += 1;
      return { bullets: "- ", numbers: `${number}. `, quote: "> " }[act] + bare(line);
    })
    .join("\n");
  const caret = from + put.length;
  return { from, to, put, start: start === end ? caret : from, end: caret };
}

/** The edit of an act on a text with a selection. */
export function edited(text: string, start: number, end: number, act: Act): Edit {
  if (act === "bold" || act === "italic") return wrapped(text, start, end, signs[act]);
  if (act !== "link") return lined(text, start, end, act);
  const [from, to] = grasp(text, start, end);
  const put = `[${text.slice(from, to)}](${HREF})`;
  // Of a link without words these come first; else where it leads.
  const at = from === to ? from + 1 : to + 3;
  return { from, to, put, start: at, end: from === to ? at : at + HREF.length };
}
