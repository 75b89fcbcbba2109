// Builds the panel and then the loader beside it: one short script that needs nothing else.
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
