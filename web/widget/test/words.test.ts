import { describe, expect, it } from "vitest";
import { words as english } from "../i18n/en.ts";
import { words as italian } from "../i18n/it.ts";

const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();

/** 89 - letters per word x 10 + sentences per word x 300: below 60 is hard for many. */
function gulpease(texts: string[]): number {
  const text = texts.join(" ");
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
  const number = count(/[\p{L}\d]+/gu);
  return 89 + (300 * count(/[.?!…](\s|$)/g) - 10 * count(/[\p{L}\d]/gu)) / number;
}

describe("the panel's words", () => {
  it("are the same in both languages, with the same places in them", () => {
    expect(Object.keys(english)).toEqual(Object.keys(italian));
    for (const [name, text] of Object.entries(italian))
      expect([name, places(english[name as keyof typeof english])]).toEqual([name, places(text)]);
  });

  it("are never empty and never the same by oversight", () => {
    const same = Object.entries(italian).filter(([name, text]) => text === english[name as keyof typeof english]);
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
