// What a first visit loads, against the budgets: entry, its static imports, one language, My work.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const out = fileURLToPath(new URL("../../src/ascolto/web/static/desk/", import.meta.url));
const manifest = JSON.parse(readFileSync(`${out}.vite/manifest.json`, "utf8"));
const limits = { "first-load JS": 200_000, CSS: 15_000 };

const first = new Set();
function add(key) {
  if (first.has(key)) return;
  first.add(key);
  for (const next of manifest[key].imports ?? []) add(next);
}
add("index.html");
add("src/i18n/it.po");

const gz = (file) => gzipSync(readFileSync(out + file), { level: 9 }).length;
const entries = Object.values(manifest);
const js = [...first].map((key) => manifest[key].file).filter((file) => file.endsWith(".js"));
const css = new Set(entries.flatMap((entry) => entry.css ?? []));
const sizes = {
  "first-load JS": js.reduce((sum, file) => sum + gz(file), 0),
  CSS: [...css].reduce((sum, file) => sum + gz(file), 0),
};
let failed = false;
for (const [what, limit] of Object.entries(limits)) {
  const over = sizes[what] > limit;
  failed ||= over;
  console.log(`${what}: ${(sizes[what] / 1000).toFixed(1)} kB gz (limit ${limit / 1000})${over ? "  TOO LARGE" : ""}`);
}
process.exitCode = failed ? 1 : 0;
