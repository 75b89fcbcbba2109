// @vitest-environment node
/** The field that shows its marks: what it is given it gives back, and what it shows is what is sent. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EditorState, TextSelection, type Transaction } from "prosemirror-state";
import { history, undo } from "prosemirror-history";
import { describe, expect, it, vi } from "vitest";
import { acted, addressOf, copied, deleted, entered, inserted, linked } from "@/features/work/rich/commands";
import { docFor, lineOf, offsetAt, posAt, textOf } from "@/features/work/rich/doc";
import { alike, read, settled, type Line, type Look } from "@/features/work/rich/lines";
import { settling } from "@/features/work/rich/settling";

const cases = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../tests/support/marks.json"), "utf8"),
) as [string, string | null][];

// Many random texts, on a machine that may have much else to do.
vi.setConfig({ testTimeout: 120_000 });

/** A field with a text; `|` marks the selection. */
function field(written: string): EditorState {
  const [start, end] = [written.indexOf("|"), written.lastIndexOf("|")];
  const text = written.replaceAll("|", "");
  const doc = docFor(text);
  const selection = TextSelection.create(doc, posAt(doc, start), posAt(doc, end > start ? end - 1 : start));
  return EditorState.create({ doc, selection, plugins: [settling(), history()] });
}

function after(state: EditorState, ...acts: ((state: EditorState) => Transaction)[]): EditorState {
  return acts.reduce((now, act) => now.apply(act(now)), state);
}

const typed = (words: string) => (state: EditorState) => [...words].reduce((tr, letter) => tr.insertText(letter), state.tr);

/** As keys do it: one letter after the other, each settled before the next. */
function keyed(state: EditorState, words: string): EditorState {
  return [...words].reduce((now, letter) => {
    if (letter === "\n") return now.apply(entered(now, false));
    return now.apply(typed(letter)(now));
  }, state);
}

/** Numbers that look like chance and are the same each time. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

const pieces = [
  ..."abcèù12 .,:;!?*_[]()<>#-/\\`\t\r",
  "**", "__", "\n", "\n\n\n", "- ", "1. ", "12. ", "007. ", "> ", ">>", "> > - ", "**grassetto**", "_corsivo_", "**a _b_ c**",
  "_a **b** c_", "**a****b**", "[qui](https://a.example/x_y_z)", "[a](mailto:a@b.example)", "[no](javascript:alert(1))",
  "https://a.example/**b**", "https://a.example/_x_.", "😀", "👩‍👩‍👧", "e\u0301", "שלום", "\u202Eabc\u202C", "日本語", "\u00a0", "\u2028", "\ud83d", "\u0000",
  "<b>x</b>", "<script>alert(1)</script>", "@Davide ", "{{customer.name}}",
];

function anyText(seed: number): string {
  const roll = dice(seed);
  return Array.from({ length: roll(14) }, () => pieces[roll(pieces.length)]!).join("");
}

function anyLine(seed: number): Line {
  const roll = dice(seed);
  const text = Array.from({ length: roll(9) }, () => pieces[roll(pieces.length)]!).join("").replaceAll("\n", " ");
  const looks: Look[] = [];
  while (looks.length < text.length) {
    const href = roll(6) === 0 ? "https://a.example/x" : null;
    const look = { strong: roll(3) === 0, em: roll(3) === 0, href };
    for (let more = 1 + roll(5); more > 0 && looks.length < text.length; more -= 1) looks.push(look);
  }
  return { quote: roll(3), list: (["", "ul", "ol"] as const)[roll(3)]!, n: 1 + roll(1200), text, looks };
}

describe("a text with marks", () => {
  it("comes back from the field exactly as it was given", () => {
    for (const [text] of cases) expect(textOf(docFor(text))).toBe(text);
    for (let seed = 0; seed < 3000; seed += 1) {
      const text = anyText(seed);
      expect(textOf(docFor(text))).toBe(text);
    }
  });

  it("keeps each line that was not touched, whatever is typed in another", () => {
    for (let seed = 0; seed < 300; seed += 1) {
      const text = `${anyText(seed)}\n\n${anyText(seed + 5000)}`;
      const doc = docFor(text);
      const lines = text.split("\n");
      const at = dice(seed)(lines.length);
      const offset = lines.slice(0, at + 1).join("\n").length;
      const state = EditorState.create({ doc, plugins: [settling()] });
      const next = state.apply(state.tr.insertText("x", posAt(doc, offset)));
      const got = textOf(next.doc).split("\n");
      expect(got.toSpliced(at, 1)).toEqual(lines.toSpliced(at, 1));
    }
  });

  it("is found again, place by place", () => {
    const lost: [string, number][] = [];
    for (let seed = 0; seed < 300; seed += 1) {
      const doc = docFor(anyText(seed));
      doc.descendants((node, pos) => {
        for (let unit = 0; node.type.name === "line" && unit <= node.content.size; unit += 1) {
          if (posAt(doc, offsetAt(doc, pos + 1 + unit)) !== pos + 1 + unit) lost.push([textOf(doc), unit]);
        }
      });
    }
    expect(lost).toEqual([]);
  });
});

describe("what the field shows", () => {
  it("is what its marks will be read as, whatever looks somebody gives it", () => {
    for (let seed = 0; seed < 800; seed += 1) {
      const line = anyLine(seed);
      const { source, line: shown } = settled(line);
      expect(shown).toEqual(read(source));
    }
  });

  it("is so after anything that is typed, entered, marked, deleted and taken back", () => {
    for (let seed = 0; seed < 30; seed += 1) {
      const roll = dice(seed);
      let state = field(`${anyText(seed).replaceAll("|", "")}|`);
      for (let step = 0; step < 25; step += 1) {
        const size = state.doc.content.size;
        const [one, other] = [roll(size + 1), roll(size + 1)];
        state = state.apply(state.tr.setSelection(TextSelection.between(state.doc.resolve(one), state.doc.resolve(other))));
        const acts: ((state: EditorState) => Transaction)[] = [
          typed(anyText(roll(9999)).replaceAll("\n", "")),
          (now) => entered(now, false),
          (now) => deleted(now, true) ?? now.tr,
          (now) => deleted(now, false) ?? now.tr,
          (now) => inserted(now, anyText(roll(9999))),
          (now) => linked(now, "https://a.example/x"),
          ...(["bold", "italic", "bullets", "numbers", "quote"] as const).map((act) => (now: EditorState) => acted(now, act)),
        ];
        const before = state;
        state = state.apply(acts[roll(acts.length)]!(state));
        if (roll(5) === 0) undo(state, (tr) => (state = state.apply(tr)));
        if (state.doc === before.doc) continue;
        state.doc.check();
        const lines = textOf(state.doc).split("\n");
        expect(lines.length).toBeGreaterThanOrEqual(state.doc.childCount);
        if (lines.length > state.doc.childCount) break; // a break within a line was pasted as a sign of its own
        state.doc.forEach((node, _, index) => {
          expect(alike(lineOf(node), read(lines[index]!)), lines[index]).toBe(true);
        });
      }
    }
  });
});

describe("typing", () => {
  it.each([
    ["**urgente** e basta", "**urgente** e basta", ["urgente e basta"]],
    ["- uno\ndue\n\ntre", "- uno\n- due\ntre", ["uno", "due", "tre"]],
    ["1. uno\ndue", "1. uno\n2. due", ["uno", "due"]],
    ["> disse", "> disse", ["disse"]],
    ["_a_ 2*3*4 nome_di_file", "_a_ 2*3*4 nome_di_file", ["a 2*3*4 nome_di_file"]],
    ["[qui](https://a.example) ora", "[qui](https://a.example) ora", ["qui ora"]],
  ])("%j is kept as %j and shown without its signs", (words, text, shown) => {
    const state = keyed(field("|"), words);
    expect(textOf(state.doc)).toBe(text);
    const lines: string[] = [];
    state.doc.forEach((line) => lines.push(line.textContent));
    expect(lines).toEqual(shown);
  });

  it("with the key for bold pressed goes on in bold over spaces until it is pressed again", () => {
    let state = after(keyed(field("|"), "la "), (now) => acted(now, "bold"));
    state = keyed(state, "data di");
    expect(textOf(state.doc)).toBe("la **data di**");
    state = keyed(keyed(state, " "), "oggi");
    expect(textOf(state.doc)).toBe("la **data di oggi**");
    state = keyed(after(state, (now) => acted(now, "bold")), " e");
    expect(textOf(state.doc)).toBe("la **data di oggi** e");
  });

  it("is taken back by undo, signs and all", () => {
    let state = keyed(field("|"), "**ora*");
    state = after(state, (now) => now.tr.setMeta("addToHistory", true).insertText("*"));
    expect(state.doc.textContent).toBe("ora");
    undo(state, (tr) => (state = state.apply(tr)));
    expect(textOf(state.doc)).not.toContain("**ora**");
  });
});

describe("acts", () => {
  it.each([
    ["bold", "la |scadenza| è", "la **scadenza** è"],
    ["bold", "la **|scadenza|** è", "la scadenza è"],
    ["bold", "la| scadenza |è", "la **scadenza** è"],
    ["bold", "**una |data** certa|", "**una data certa**"],
    ["bold", "scad|enza", "**scadenza**"],
    ["bold", "|uno\ndue|", "**uno**\n**due**"],
    ["italic", "dom|an|i", "_domani_"],
    ["italic", "**molto |chiaro|**", "**molto _chiaro_**"],
    ["bullets", "|uno\n\ndue|", "- uno\n\n- due"],
    ["bullets", "|- uno\n- due|", "uno\ndue"],
    ["numbers", "|- uno\n\n- due|", "1. uno\n\n2. due"],
    ["quote", "a\nb|c\nd", "a\n> bc\nd"],
  ] as const)("%s turns %j into %j", (act, before, text) => {
    expect(textOf(after(field(before), (now) => acted(now, act)).doc)).toBe(text);
  });

  it.each([
    ["1. uno|\n2. due\n3. tre", "1. uno\n2. \n3. due\n4. tre"],
    ["- uno\n- |", "- uno\n"],
    ["> detto|", "> detto\n> "],
    ["a|b", "a\nb"],
  ])("a new line turns %j into %j", (before, text) => {
    expect(textOf(after(field(before), (now) => entered(now, false)).doc).replace(/>$/, "> ")).toBe(text);
  });

  it.each([
    ["- |uno", "uno"],
    ["> - |uno", "> uno"],
    ["uno\n|due", "unodue"],
    ["|**tutto**\n- via|", ""],
    ["u|n|o", "uo"],
  ])("deleting back turns %j into %j", (before, text) => {
    expect(textOf(after(field(before), (now) => deleted(now, true) ?? now.tr).doc)).toBe(text);
  });

  it.each([
    ["La **scadenza**|", "Serve:\n\n- un _documento_", "La **scadenza**Serve:\n\n- un _documento_"],
    ["|", "- uno\n- due", "- uno\n- due"],
    ["prima |dopo", "**qui** ", "prima **qui** dopo"],
    ["prima |dopo", "uno\r\n- due", "prima uno\n- duedopo"],
    ["|tutto\n- via|", "nuovo", "nuovo"],
  ])("into %j comes %j", (before, words, text) => {
    expect(textOf(after(field(before), (now) => inserted(now, words)).doc)).toBe(text);
  });

  it("link words, an address by itself, and nothing that is no address", () => {
    const href = addressOf("aurelia.example/area?a=(1)")!;
    expect(textOf(after(field("veda |qui| ora"), (now) => linked(now, href)).doc)).toBe("veda [qui](https://aurelia.example/area?a=%281%29) ora");
    expect(textOf(after(field("veda [q|ui](https://a.example)"), (now) => linked(now, null)).doc)).toBe("veda qui");
    expect(textOf(after(field("veda |"), (now) => linked(now, "https://a.example/x")).doc)).toBe("veda https://a.example/x");
    expect(addressOf("a@b.example")).toBe("mailto:a@b.example");
    expect(addressOf("javascript:alert(1)")).toBe("https://javascript:alert%281%29");
    expect(addressOf(" ")).toBeNull();
  });

  it("copy words with their marks, whole lines with their lists", () => {
    const copy = (written: string) => copied(field(written).selection.content());
    expect(copy("- la **|sca|denza**")).toBe("**sca**");
    expect(copy("|- uno\n- **due**|")).toBe("- uno\n- **due**");
  });
});
