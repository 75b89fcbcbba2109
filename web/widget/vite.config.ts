/** The panel: a page of small files with fingerprints; older browsers get plain colours too. */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { plainCatalogue } from "../scripts/po.mjs";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// The only parts that are fetched later are the languages, which need nothing loaded before them.
const withoutPreload = {
  name: "ascolto-no-preload",
  enforce: "pre" as const,
  load: (id: string) => (id.endsWith("vite/preload-helper.js") ? "export const __vitePreload = (load) => load();" : null),
};

export default defineConfig({
  root: here("./panel"),
  base: "/widget/",
  publicDir: false,
  plugins: [plainCatalogue(), withoutPreload],
  css: { transformer: "lightningcss", lightningcss: { targets: { chrome: 111 << 16, firefox: 113 << 16, safari: (16 << 16) | (4 << 8) } } },
  build: {
    outDir: here("../../src/ascolto/web/static/widget"),
    emptyOutDir: true,
    target: ["chrome111", "firefox113", "safari16.4"],
    cssMinify: "lightningcss",
    manifest: true,
    modulePreload: false,
    assetsInlineLimit: 0,
    rolldownOptions: { input: here("./panel/panel.html") },
  },
});
