import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { languagesIn, parsePo } from "../../scripts/po.mjs";

const widget = join(import.meta.dirname, "..");
const words = (language: string): Record<string, string> =>
  Object.fromEntries(parsePo(readFileSync(join(widget, `i18n/${language}.po`), "utf8")).map(({ id, text }) => [id, text]));
const english = words("en");
const italian = words("it");
const sources = readdirSync(join(widget, "panel"))
  .filter((name) => name.endsWith(".ts"))
  .map((name) => readFileSync(join(widget, "panel", name), "utf8"));
/** What stands quoted within `t(…)`, before its values. */
const asked = sources.flatMap((text) =>
  [...text.matchAll(/\bt\(([^(){}`]*)/g)].flatMap(([, inside]) => [...inside!.matchAll(/(?<!=== )"(\w+)"/g)].map(([, id]) => id!)),
);

const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();

/** 89 - letters per word x 10 + sentences per word x 300: below 60 is hard for many. */
function gulpease(texts: string[]): number {
  const text = texts.join(" ");
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
  const number = count(/[\p{L}\d]+/gu);
  return 89 + (300 * count(/[.?!…](\s|$)/g) - 10 * count(/[\p{L}\d]/gu)) / number;
}

describe.each(languagesIn(join(widget, "i18n")))("the panel's words in %s", (language) => {
  it("have the same places in them as the English, and no name of their own", () => {
    for (const [name, text] of Object.entries(words(language)))
      if (text) expect([name, places(text)]).toEqual([name, places(english[name] ?? "none")]);
    expect(Object.keys(words(language)).filter((name) => !(name in english))).toEqual([]);
  });
});

describe("the panel's words", () => {
  it("are the same in both our languages", () => {
    expect(Object.keys(english)).toEqual(Object.keys(italian));
  });

  it("are all that the panel asks for, and no more", () => {
    expect(asked.length).toBeGreaterThan(80);
    expect(asked.filter((id) => !(id in english))).toEqual([]);
    // Some names are handed on before they are asked for.
    const quoted = new Set(sources.flatMap((text) => [...text.matchAll(/"(\w+)"/g)].map(([, id]) => id)));
    const scores = ["s1", "s2", "s3", "s4", "s5"];
    expect(Object.keys(english).filter((id) => !quoted.has(id) && !scores.includes(id))).toEqual([]);
  });

  it("are never empty and never the same by oversight", () => {
    const same = Object.entries(italian).filter(([name, text]) => text === english[name]);
    expect(same.map(([name]) => name)).toEqual(["yourEmail", "file"]);
    expect([...Object.values(italian), ...Object.values(english)].filter((text) => !text.trim())).toEqual([]);
  });

  it("are plain: sentences of at most 20 words, readable with a middle school diploma", () => {
    const sentences = Object.values(italian).filter((text) => /[.?!…]$/.test(text));
    const long = sentences.flatMap((text) => text.split(/(?<=[.?!])\s/)).filter((text) => text.split(/\s+/).length > 20);
    expect(long).toEqual([]);
    expect(gulpease(sentences)).toBeGreaterThanOrEqual(60);
  });
});
