/** What is pasted from elsewhere: its words and the marks we have, by an allow-list; nothing else. */

const skipped = new Set(["SCRIPT", "STYLE", "TEMPLATE", "NOSCRIPT", "IFRAME", "OBJECT", "SVG", "MATH", "HEAD", "TITLE"]);
const blocks = new Set(["P", "DIV", "H1", "H2", "H3", "H4", "H5", "H6", "TABLE", "SECTION", "ARTICLE", "PRE", "UL", "OL"]);
const ADDRESS = /^(?:https?:\/\/|mailto:)[^\s()<>"]+$/i;
const MARKS = "b, strong, i, em, a[href], li, blockquote";

const LIGHT = /font-weight:\s*(?:normal|400)/i;
/** The last word on white space: kept (pre, pre-wrap, preserve …) or not. */
const SPACE = /.*white-space(?:-collapse)?:\s*([a-z]+)/is;
const KEPT = /^(?:pre|break)/i;

/** The text with marks of a piece of HTML; nothing of one without marks, whose own plain text is better. */
export function marksOf(source: string): string {
  // A document of its own runs no scripts and fetches nothing. Of styles and handlers it would still
  // complain by our policy, once for each: they go by another name, only what they say is read.
  const quiet = source
    .replace(/<[^<>]*>/g, (tag) => tag.replace(/(\s)(style|on\w+)(?=\s*=)/gi, "$1data-$2"))
    .replace(/<(\/?)style\b/gi, "<$1template");
  const { body } = new DOMParser().parseFromString(quiet, "text/html");
  if (![...body.querySelectorAll(MARKS)].some((one) => !light(one))) return "";
  return trimmed(
    inside(body, false)
      .replace(/[ \t]+\n/g, "\n")
      .replace(/\n{3,}/g, "\n\n"),
  );
}

/** What is pasted or dropped, as a text with marks; what was copied from our own field has them in its plain text. */
export function broughtIn(data: DataTransfer): string {
  const html = data.getData("text/html");
  return (html && !html.includes("data-pm-slice") && marksOf(html)) || data.getData("text/plain");
}

/** Without the lines and spaces around it; a tab stands for an empty cell and stays. */
function trimmed(text: string): string {
  return text.replace(/^[ \n]+/, "").trimEnd();
}

/** Some programs wrap everything in a bold that is none. */
function light(node: Element): boolean {
  return (node.tagName === "B" || node.tagName === "STRONG") && LIGHT.test(styleOf(node));
}

function styleOf(node: Element): string {
  return node.getAttribute("data-style") ?? "";
}

function inside(node: Node, kept: boolean): string {
  let text = "";
  for (const child of node.childNodes) text += of(child, kept);
  return text;
}

function marked(text: string, sign: string): string {
  const words = text.trim();
  if (!words || words.includes("\n")) return text;
  return text.replace(words, () => sign + words + sign);
}

/** The text of a node; `above` tells whether its line breaks and spaces are kept as they stand. */
function of(node: Node, above: boolean): string {
  if (node.nodeType === Node.TEXT_NODE) {
    const text = node.textContent ?? "";
    return above ? text.replace(/\r\n?/g, "\n") : text.replace(/\s+/g, " ");
  }
  if (!(node instanceof Element) || skipped.has(node.tagName.toUpperCase())) return "";
  const { tagName } = node;
  const space = SPACE.exec(styleOf(node))?.[1];
  const kept = space === undefined ? above || tagName === "PRE" : KEPT.test(space);
  if (tagName === "BR") return "\n";
  if (tagName === "LI") return item(node, kept);
  if (tagName === "TR") return `\n${cells(node, kept)}`;
  const text = inside(node, kept);
  if (tagName === "BLOCKQUOTE") return `\n${text.trim().split("\n").map((line) => `> ${line}`.trimEnd()).join("\n")}\n\n`;
  if (blocks.has(tagName)) return `\n${trimmed(text)}\n`;
  if ((tagName === "B" || tagName === "STRONG") && !light(node)) return marked(text, "**");
  if (tagName === "I" || tagName === "EM") return marked(text, "_");
  return tagName === "A" ? link(text, node.getAttribute("href") ?? "") : text;
}

const brackets: Record<string, string> = { "(": "%28", ")": "%29" };

/** A link with its address: the signs that would end a mark are written another way. */
function link(text: string, href: string): string {
  const to = href.trim().replace(/[\s()<>"]/g, (sign) => brackets[sign] ?? encodeURIComponent(sign));
  const words = text.trim();
  if (!ADDRESS.test(to) || !words) return text;
  const name = words.replace(/\s*\n\s*/g, " ").replaceAll("[", "(").replaceAll("]", ")");
  return text.replace(words, () => (words === href.trim() ? to : `[${name}](${to})`));
}

/** A row of a table: its cells apart from each other; a table that only sets a page gives lines. */
function cells(row: Element, kept: boolean): string {
  const words = [...row.children].map((cell) => of(cell, kept).trim());
  return words.some((one) => one.includes("\n")) ? words.filter(Boolean).join("\n") : words.join("\t");
}

/** A point of a list, with the number that was shown. */
function item(node: Element, kept: boolean): string {
  const list = node.parentElement;
  const first = list instanceof HTMLOListElement ? list.start : 1;
  const at = list ? [...list.children].indexOf(node) : 0;
  const mark = list?.tagName === "OL" ? `${first + at}. ` : "- ";
  return `\n${mark}${inside(node, kept).trim().replace(/\n+/g, " ")}`;
}
