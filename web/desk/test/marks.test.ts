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
    ['<b style="font-weight:normal">tutto</b><script>alert(1)</script><img src=x onerror=alert(1)>', "tutto"],
    ["<style>p{color:red}</style><svg><script>1</script></svg>a<br>b", "a\nb"],
  ])("of what is pasted only those we have stay: %s", (source, text) => {
    expect(marksOf(source)).toBe(text);
  });
});
