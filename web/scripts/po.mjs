// Reads gettext PO catalogues: `import { messages } from "./it.po"` gives compiled ICU messages.
import { compileMessage } from "@lingui/message-utils/compileMessage";

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

/** Vite plugin: turns a .po file into a module of compiled messages. */
export function catalogue() {
  return {
    name: "ascolto-po",
    transform(source, id) {
      if (!id.endsWith(".po")) return null;
      const messages = {};
      for (const { id: key, text } of parsePo(source)) messages[key] = compileMessage(text);
      return {
        code: `export const messages = JSON.parse(${JSON.stringify(JSON.stringify(messages))});`,
        map: null,
        moduleType: "js",
      };
    },
  };
}
