/** What is pasted from elsewhere: its words and the marks we have, by an allow-list; nothing else. */

const skipped = new Set(["SCRIPT", "STYLE", "TEMPLATE", "NOSCRIPT", "IFRAME", "OBJECT", "SVG", "MATH", "HEAD", "TITLE"]);
const blocks = new Set(["P", "DIV", "H1", "H2", "H3", "H4", "H5", "H6", "TR", "TABLE", "SECTION", "ARTICLE", "PRE", "UL", "OL"]);
const ADDRESS = /^(?:https?:\/\/|mailto:)[^\s()<>"]+$/i;

const LIGHT = /font-weight:\s*(?:normal|400)/i;

/** The text with marks of a piece of HTML. */
export function marksOf(source: string): string {
  // A document of its own runs no scripts and fetches nothing. Of styles and handlers it would still
  // complain by our policy, once for each: they go by another name, only what they say is read.
  const quiet = source.replace(/<[^<>]*>/g, (tag) => tag.replace(/(\s)(style|on\w+)(?=\s*=)/gi, "$1data-$2"));
  const { body } = new DOMParser().parseFromString(quiet, "text/html");
  return inside(body)
    .replace(/[ \t]+\n/g, "\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

function inside(node: Node): string {
  let text = "";
  for (const child of node.childNodes) text += of(child);
  return text;
}

function marked(text: string, sign: string): string {
  const words = text.trim();
  if (!words || words.includes("\n")) return text;
  return text.replace(words, () => sign + words + sign);
}

function of(node: Node): string {
  if (node.nodeType === Node.TEXT_NODE) return (node.textContent ?? "").replace(/\s+/g, " ");
  if (!(node instanceof Element) || skipped.has(node.tagName.toUpperCase())) return "";
  const { tagName } = node;
  if (tagName === "BR") return "\n";
  if (tagName === "LI") return item(node);
  const text = inside(node);
  if (tagName === "BLOCKQUOTE") return `\n${text.trim().split("\n").map((line) => `> ${line}`.trimEnd()).join("\n")}\n\n`;
  if (blocks.has(tagName)) return `\n${text.trim()}\n`;
  // Some programs wrap everything in a bold that is none.
  const light = LIGHT.test(node.getAttribute("data-style") ?? "");
  if ((tagName === "B" || tagName === "STRONG") && !light) return marked(text, "**");
  if (tagName === "I" || tagName === "EM") return marked(text, "_");
  const href = tagName === "A" ? (node.getAttribute("href") ?? "") : "";
  if (!ADDRESS.test(href) || !text.trim() || /[[\]\n]/.test(text)) return text;
  return text.trim() === href ? text : `[${text.trim()}](${href})`;
}

function item(node: Element): string {
  const list = node.parentElement;
  const at = list ? [...list.children].indexOf(node) + 1 : 1;
  const mark = list?.tagName === "OL" ? `${at}. ` : "- ";
  return `\n${mark}${inside(node).trim().replace(/\n+/g, " ")}`;
}
