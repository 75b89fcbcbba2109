import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { filled, languagesIn, parsePo } from "../../scripts/po.mjs";

const root = join(import.meta.dirname, "../..");

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sources(path);
    return /\.tsx?$/.test(name) ? [path] : [];
  });
}

const used = new Set(
  [...sources(join(root, "desk/src")), ...sources(join(root, "ui"))].flatMap((path) =>
    [...readFileSync(path, "utf8").matchAll(/\b(?:t|msg)\(\s*"([^"]+)"/g)].map((match) => match[1]!),
  ),
);
/** Every folder with catalogues: the desk's own, and those of parts loaded when opened. */
const folders = readdirSync(join(root, "desk/src"), { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith("en.po"))
  .map((path) => join(root, "desk/src", dirname(path)));
const read = (locale: string) =>
  folders
    .map((folder) => join(folder, `${locale}.po`))
    .filter(existsSync)
    .flatMap((path) => parsePo(readFileSync(path, "utf8")));
// A placeholder is "{name}" or "{name, plural, …}": the words inside plural branches are not.
const places = (text: string) =>
  [...new Set([...text.matchAll(/\{(\w+)(?=\}|,)/g)].map((match) => match[1]!))].sort();
const english = new Map(read("en").map((entry) => [entry.id, places(entry.text)]));

describe.each(languagesIn(join(root, "desk/src/i18n")))("the %s catalogue", (locale) => {
  const entries = read(locale);
  const ids = entries.map((entry) => entry.id);

  it("has no id that the desk does not use, and each once", () => {
    expect(ids.filter((id) => !used.has(id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
  });
  it("fills the same placeholders as the English", () => {
    for (const { id, text } of entries) if (text) expect([id, places(text)]).toEqual([id, english.get(id)]);
  });
});

// The two languages that are ours lack nothing; others may grow, and speak English meanwhile.
describe.each(["it", "en"])("the %s catalogue is whole:", (locale) => {
  const entries = read(locale);

  it("it has every id that the desk uses", () => {
    const ids = new Set(entries.map((entry) => entry.id));
    expect([...used].filter((id) => !ids.has(id))).toEqual([]);
  });
  it("it has words for each, none of them fuzzy", () => {
    expect(entries.filter((entry) => !entry.text || entry.fuzzy)).toEqual([]);
  });
});

it("English stands in for what a catalogue lacks, holds empty or is not sure of", () => {
  const entry = (id: string, text: string) => `msgid "${id}"\nmsgstr "${text}"\n\n`;
  const french = `${entry("a", "un")}${entry("b", "")}#, fuzzy\n${entry("c", "trois ?")}`;
  const { entries, lacking } = filled(french, ["a", "b", "c", "d"].map((id) => entry(id, `${id} in English`)).join(""));
  expect(Object.fromEntries(entries.map(({ id, text }) => [id, text]))).toEqual({
    a: "un", b: "b in English", c: "c in English", d: "d in English",
  });
  expect(lacking).toBe(3);
});
