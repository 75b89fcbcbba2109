import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { parsePo } from "../../scripts/po.mjs";

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
const locales = ["it", "en"];
/** Every folder with a pair of catalogues: the desk's own, and those of parts loaded when opened. */
const folders = readdirSync(join(root, "desk/src"), { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith("it.po"))
  .map((path) => dirname(path));
const read = (locale: string) =>
  folders.flatMap((folder) => parsePo(readFileSync(join(root, `desk/src/${folder}/${locale}.po`), "utf8")));

describe.each(locales)("the %s catalogue", (locale) => {
  const entries = read(locale);
  const ids = entries.map((entry) => entry.id);

  it("has every id that the desk uses", () => {
    expect([...used].filter((id) => !ids.includes(id))).toEqual([]);
  });
  it("has no id that the desk does not use", () => {
    expect(ids.filter((id) => !used.has(id))).toEqual([]);
  });
  it("has each id once, with words, none of them fuzzy", () => {
    expect(new Set(ids).size).toBe(ids.length);
    expect(entries.filter((entry) => !entry.text || entry.fuzzy)).toEqual([]);
  });
});

it("both languages fill the same placeholders", () => {
  // A placeholder is "{name}" or "{name, plural, …}": the words inside plural branches are not.
  const names = (text: string) =>
    [...new Set([...text.matchAll(/\{(\w+)(?=\}|,)/g)].map((match) => match[1]!))].sort();
  const english = new Map(read("en").map((entry) => [entry.id, names(entry.text)]));
  for (const { id, text } of read("it")) expect([id, names(text)]).toEqual([id, english.get(id)]);
});
