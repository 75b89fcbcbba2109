// Builds the panel and then the loader beside it: one short script that needs nothing else.
// The loader also lies there under a name with its fingerprint, which never changes its content, and
// `loader.json` says that name and what a page may write into `integrity`.
import { createHash } from "node:crypto";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
await build({ configFile: here("./vite.config.ts") });
await build({
  configFile: false,
  root: here("./loader"),
  publicDir: false,
  build: {
    outDir: here("../../src/ascolto/web/static/widget"),
    emptyOutDir: false,
    target: ["chrome111", "firefox113", "safari16.4"],
    lib: { entry: here("./loader/loader.ts"), formats: ["iife"], name: "ascoltoLoader", fileName: () => "loader.js" },
  },
});
const out = here("../../src/ascolto/web/static/widget/");
const script = readFileSync(`${out}loader.js`);
const name = `loader-${createHash("sha256").update(script).digest("hex").slice(0, 16)}.js`;
copyFileSync(`${out}loader.js`, out + name);
const integrity = `sha384-${createHash("sha384").update(script).digest("base64")}`;
writeFileSync(`${out}loader.json`, JSON.stringify({ src: `/widget/${name}`, integrity }));
