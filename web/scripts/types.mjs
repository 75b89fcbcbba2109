// Writes the desk's wire types from contracts/openapi.json and contracts/live.schema.json: the shapes
// that api/types.ts names as S["…"] and what they hold. `node scripts/types.mjs`; a test sees to it that they are current.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const contracts = join(import.meta.dirname, "../../contracts/");
const target = join(import.meta.dirname, "../desk/src/api/wire.ts");
const names = join(import.meta.dirname, "../desk/src/api/types.ts");
const head = "/** Written by scripts/types.mjs from contracts/: change those, not this. */\n";

/** Points references of the frames' schema into one document with the routes' shapes. */
function pointed(value) {
  if (Array.isArray(value)) return value.map(pointed);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === "$ref" ? inner.replace("openapi.json#", "#").replace("#/$defs/", "#/components/schemas/") : pointed(inner),
    ]),
  );
}

/** Drops titles that only repeat a field's name. */
function untitled(value) {
  if (Array.isArray(value)) return value.map(untitled);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).filter(([key, inner]) => key !== "title" || typeof inner !== "string");
  return Object.fromEntries(entries.map(([key, inner]) => [key, untitled(inner)]));
}

/** Names every shape that some values refer to, theirs included. */
function reached(schemas, wanted) {
  const found = new Set();
  const visit = (name) => {
    if (found.has(name)) return;
    if (!(name in schemas)) throw new Error(`no shape is called ${name}`);
    found.add(name);
    for (const [, next] of JSON.stringify(schemas[name]).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) visit(next);
  };
  wanted.forEach(visit);
  return found;
}

/** The wanted shapes as one TypeScript file; `Frames` says which body each kind of frame has. */
export async function wireTypes() {
  const read = (name) => JSON.parse(readFileSync(contracts + name, "utf8"));
  const api = read("openapi.json");
  const live = read("live.schema.json");
  const frames = Object.fromEntries(live.oneOf.map(({ properties: { k, b } }) => [k.const, b]));
  const all = {
    ...api.components.schemas,
    ...pointed(live.$defs),
    Frames: { type: "object", properties: pointed(frames), required: Object.keys(frames) },
  };
  const wanted = [...readFileSync(names, "utf8").matchAll(/\bS\["([^"]+)"\]/g)].map((match) => match[1]);
  const kept = reached(all, ["Frames", ...wanted]);
  const schemas = Object.fromEntries(Object.entries(all).filter(([name]) => kept.has(name)).map(([name, one]) => [name, untitled(one)]));
  const tree = await openapiTS(
    { openapi: "3.1.0", info: api.info, paths: {}, components: { schemas } },
    { alphabetize: true, defaultNonNullable: false },
  );
  const text = astToString(tree);
  const from = text.indexOf("export interface components");
  return `${head}${text.slice(from, text.indexOf("    responses: never;"))}}`.trimEnd() + "\n";
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(target, await wireTypes());
