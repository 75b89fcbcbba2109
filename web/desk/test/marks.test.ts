import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { edited, type Act } from "@/features/work/rich/edits";
import { parts, type Block, type Words } from "@/features/work/rich/marks";
import { marksOf } from "@/features/work/rich/pasted";

const cases = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../tests/support/marks.json"), "utf8"),
) as [string, string | null][];

const safe = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
const line = (words: Words[]): string =>
  words
    .map((one) => {
      if (typeof one === "string") return safe(one);
      const href = one.mark === "a" ? ` href="${safe(one.href)}"` : "";
      return `<${one.mark}${href}>${line(one.words)}</${one.mark}>`;
    })
    .join("");
const html = (blocks: Block[]): string =>
  blocks
    .map((block) => {
      if (block.kind === "blockquote") return `<blockquote>${html(block.blocks)}</blockquote>`;
      if (block.kind === "p") return `<p>${block.lines.map(line).join("<br>")}</p>`;
      const start = block.kind === "ol" && block.start !== 1 ? ` start="${block.start}"` : "";
      return `<${block.kind}${start}>${block.items.map((item) => `<li>${line(item)}</li>`).join("")}</${block.kind}>`;
    })
    .join("");

/** Applies an act; `|` marks the selection before and after. */
function act(name: Act, written: string): string {
  const start = written.indexOf("|");
  const end = written.lastIndexOf("|");
  const text = written.replaceAll("|", "");
  const edit = edited(text, start, end > start ? end - 1 : start, name);
  const next = text.slice(0, edit.from) + edit.put + text.slice(edit.to);
  if (edit.start === edit.end) return `${next.slice(0, edit.start)}|${next.slice(edit.start)}`;
  return `${next.slice(0, edit.start)}|${next.slice(edit.start, edit.end)}|${next.slice(edit.end)}`;
}

describe("marks in an answer", () => {
  it.each(cases)("are shown as the server makes HTML of them: %j", (text, expected) => {
    const made = html(parts(text));
    if (expected === null) expect(made).not.toMatch(/<(?!\/?p>|br>)/);
    else expect(made).toBe(expected);
  });

  it.each<[Act, string, string]>([
    ["bold", "la |scadenza| è", "la **|scadenza|** è"],
    ["bold", "la **|scadenza|** è", "la |scadenza| è"],
    ["bold", "la |**scadenza**| è", "la |scadenza| è"],
    ["bold", "la| scadenza |è", "la **|scadenza|** è"],
    ["italic", "dom|ani", "_|domani|_"],
    ["italic", "|", "_|_"],
    ["bold", "|uno\ndue|", "|**uno**\n**due**|"],
    ["bullets", "|uno\ndue|", "|- uno\n- due|"],
    ["bullets", "|- uno\n- due|", "|uno\ndue|"],
    ["numbers", "|- uno\n\n- due|", "|1. uno\n\n2. due|"],
    ["quote", "a\nb|c\nd", "a\n> bc|\nd"],
    ["link", "veda |qui| ora", "veda [qui](|https://|) ora"],
    ["link", "veda |", "veda [|](https://)"],
  ])("%s turns %j into %j", (name, before, after) => {
    expect(act(name, before)).toBe(after);
  });

  it.each([
    ["<p>Una <b>data</b> e <i>due</i></p><p>righe</p>", "Una **data** e _due_\n\nrighe"],
    ["<ul><li>uno</li><li><strong>due</strong></li></ul>", "- uno\n- **due**"],
    ["<ol><li>uno</li><li>due</li></ol>", "1. uno\n2. due"],
    ["<blockquote><p>disse</p></blockquote>ecco", "> disse\n\necco"],
    ['<a href="https://a.example/x">qui</a> <a href="javascript:alert(1)">no</a>', "[qui](https://a.example/x) no"],
    ['<b style="font-weight:normal">tutto <i>qui</i></b><script>alert(1)</script><img src=x onerror=alert(1)>', "tutto _qui_"],
    ["<style>p{color:red}</style><svg><script>1</script></svg><i>a</i><br>b", "_a_\nb"],
    ['<ol start="12"><li>il cliente</li><li>firma</li></ol>', "12. il cliente\n13. firma"],
  ])("of what is pasted only those we have stay: %s", (source, text) => {
    expect(marksOf(source)).toBe(text);
  });

  it.each([
    "<div>solo parole</div><div>e righe</div>",
    '<b style="font-weight:normal"><span>tutto</span></b>',
    "<table><tr><td>a</td><td>b</td></tr></table>",
    '<a name="qui">segno</a>',
  ])("what has no marks is left to its own plain text: %s", (source) => {
    expect(marksOf(source)).toBe("");
  });

  it.each([
    ["<pre>riga\n  due</pre><b>e</b>", "riga\n  due\n**e**"],
    ['<p style="white-space: pre-wrap">a\nb <i>c</i></p>', "a\nb _c_"],
    ['<p style="white-space-collapse: preserve">a\nb <i>c</i></p>', "a\nb _c_"],
    ['<p style="white-space:pre;white-space:normal">a\nb <i>c</i></p>', "a b _c_"],
    ['<pre><span style="white-space: normal">a\nb</span> <i>c</i></pre>', "a b _c_"],
  ])("line breaks stay where they were kept: %j", (source, text) => {
    expect(marksOf(source)).toBe(text);
  });

  it.each([
    [
      "<table>\n<tbody>\n<tr>\n<td></td> <th>luce</th></tr>\n<tr><td><b>euro</b></td>\n<td><p>12</p></td></tr></tbody></table>",
      "\tluce\n**euro**\t12",
    ],
    ["<table><tr><td><p>uno</p><p><i>due</i></p></td><td>tre</td></tr></table>", "uno\n\n_due_\ntre"],
  ])("cells of a table stay apart: %j", (source, text) => {
    expect(marksOf(source)).toBe(text);
  });

  it.each([
    [
      '<a href="https://a.example/Luna_(astro)">la luna</a> e',
      "[la luna](https://a.example/Luna_%28astro%29) e",
    ],
    ['<a href="https://a.example/b(c)">https://a.example/b(c)</a>', "https://a.example/b%28c%29"],
    ['<a href="https://a.example/due parole">[pdf]<br>due</a>', "[(pdf) due](https://a.example/due%20parole)"],
  ])("a link keeps its address: %s", (source, text) => {
    expect(marksOf(source)).toBe(text);
    const [block] = parts(text);
    expect(html([block!])).toMatch(/<a href="[^" ()]+">/);
  });
});
