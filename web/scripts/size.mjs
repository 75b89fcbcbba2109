// What a first visit loads, against the budgets. Desk: entry, its static imports, one language, My work.
// Widget: the loader every page pays for; the panel's page, script, style and larger language.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const out = fileURLToPath(new URL("../../src/ascolto/web/static/", import.meta.url));
const limits = { "first-load JS": 200_000, "JS with a mail being answered": 330_000, CSS: 15_000, "widget loader": 2_000, "widget panel": 20_000 };
const gz = (file) => gzipSync(readFileSync(out + file), { level: 9 }).length;
const sum = (files) => [...files].reduce((total, file) => total + gz(file), 0);
const read = (file) => JSON.parse(readFileSync(out + file, "utf8"));
const sizes = {};

if (existsSync(`${out}desk/.vite/manifest.json`)) {
  const manifest = read("desk/.vite/manifest.json");
  const first = new Set();
  const add = (key) => {
    if (first.has(key)) return;
    first.add(key);
    for (const next of manifest[key].imports ?? []) add(next);
  };
  add("index.html");
  add("src/i18n/it.po");
  const scripts = () => [...first].map((key) => `desk/${manifest[key].file}`).filter((file) => file.endsWith(".js"));
  const js = scripts();
  const css = new Set(Object.values(manifest).flatMap((entry) => entry.css ?? []).map((file) => `desk/${file}`));
  sizes["first-load JS"] = sum(js);
  for (const part of ["mail/index.ts", "mail/it.po", "rich/editor.tsx", "context.tsx"]) add(`src/features/work/${part}`);
  add("../ui/menu-parts.tsx");
  sizes["JS with a mail being answered"] = sum(scripts());
  sizes.CSS = sum(css);
}

const widget = read("widget/.vite/manifest.json");
const panel = widget["panel.html"];
const languages = Object.values(widget).filter((entry) => entry.isDynamicEntry).map((entry) => gz(`widget/${entry.file}`));
sizes["widget loader"] = gz("widget/loader.js");
sizes["widget panel"] =
  sum(["panel.html", panel.file, ...(panel.css ?? [])].map((file) => `widget/${file}`)) + Math.max(...languages);

let failed = false;
for (const [what, size] of Object.entries(sizes)) {
  const limit = limits[what];
  failed ||= size > limit;
  console.log(`${what}: ${(size / 1000).toFixed(1)} kB gz (limit ${limit / 1000})${size > limit ? "  TOO LARGE" : ""}`);
}
process.exitCode = failed ? 1 : 0;
