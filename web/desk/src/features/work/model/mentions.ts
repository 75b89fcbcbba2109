/** Naming colleagues in a note: "@" and the beginning of a name, then the whole name. */

export interface Named {
  id: string;
  name: string;
}

/** The "@word" being written right before the caret; a name may have a space in it. */
export function atWord(text: string, caret: number): { from: number; word: string } | null {
  const match = /(?:^|[\s(])@([\p{L}\p{M}'’.-]*(?: [\p{L}\p{M}'’.-]+)?)$/u.exec(text.slice(0, caret));
  if (!match) return null;
  const word = match[1] ?? "";
  return { from: caret - word.length - 1, word };
}

/** Puts a name in the place of what was begun, with the caret behind it. */
export function put(text: string, from: number, to: number, name: string): { text: string; caret: number } {
  const words = `@${name} `;
  return { text: text.slice(0, from) + words + text.slice(to).replace(/^ /, ""), caret: from + words.length };
}

/** Who is still named in the text: whoever was rubbed out is not told. */
export function stillNamed(text: string, named: readonly Named[]): string[] {
  return [...new Set(named.filter(({ name }) => text.includes(`@${name}`)).map(({ id }) => id))];
}
