// Reads gettext PO catalogues: `import { messages } from "./it.po"` gives compiled ICU messages.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { compileMessage } from "@lingui/message-utils/compileMessage";

/** The languages of a folder: those a catalogue lies there in. */
export function languagesIn(folder) {
  return readdirSync(folder).filter((name) => name.endsWith(".po")).map((name) => basename(name, ".po")).sort();
}

/** The quoted string of one PO line, unescaped. */
function quoted(line) {
  const match = /"((?:[^"\\]|\\.)*)"\s*$/.exec(line);
  if (!match) throw new Error(`not a PO string: ${line}`);
  return JSON.parse(`"${match[1]}"`);
}

/** All entries of a PO source with a non-empty id. */
export function parsePo(source) {
  const entries = [];
  let entry = { id: null, text: "", fuzzy: false };
  let field = null;
  const flush = () => {
    if (entry.id) entries.push(entry);
    entry = { id: null, text: "", fuzzy: false };
    field = null;
  };
  for (const raw of source.split("\n")) {
    const line = raw.trim();
    if (line === "") flush();
    else if (line.startsWith("#,")) entry.fuzzy = line.includes("fuzzy");
    else if (line.startsWith("#")) continue;
    else if (line.startsWith("msgid ")) {
      if (entry.id !== null) flush();
      entry.id = quoted(line);
      field = "id";
    } else if (line.startsWith("msgstr ")) {
      entry.text = quoted(line);
      field = "text";
    } else if (line.startsWith('"') && field) entry[field] += quoted(line);
    else throw new Error(`unexpected PO line: ${line}`);
  }
  flush();
  return entries;
}

/** Every message of a catalogue; the English stands in for what it lacks, holds empty or fuzzy. */
export function filled(source, english) {
  const own = parsePo(source).filter((entry) => entry.text && !entry.fuzzy);
  const has = new Set(own.map((entry) => entry.id));
  const lacking = parsePo(english).filter((entry) => entry.text && !has.has(entry.id));
  return { entries: [...own, ...lacking], lacking: lacking.length };
}

/** Vite plugin: turns a .po file into a module of its messages, as `written` has them. */
function poModules(read, written) {
  return {
    name: "ascolto-po",
    transform(source, id) {
      if (!id.endsWith(".po")) return null;
      const beside = join(dirname(id), "en.po");
      const english = existsSync(beside) ? readFileSync(beside, "utf8") : "";
      const { entries, lacking } = filled(source, english);
      if (lacking) this.warn(`${lacking} messages of ${basename(id)} are not there yet: English stands in.`);
      if (english) this.addWatchFile(beside);
      const messages = JSON.stringify(Object.fromEntries(entries.map(({ id: key, text }) => [key, read(text)])));
      return { code: `export const messages = ${written(messages)};`, map: null, moduleType: "js" };
    },
  };
}

/** The desk's catalogues: compiled ICU messages. */
export const catalogue = () => poModules(compileMessage, (json) => `JSON.parse(${JSON.stringify(json)})`);

/** The panel's: plain texts with places in them, as short as may be. */
export const plainCatalogue = () => poModules((text) => text, (json) => json);
