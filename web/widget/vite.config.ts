/** The panel: a page of small files with fingerprints; older browsers get plain colours too. */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("./panel"),
  base: "/widget/",
  publicDir: false,
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
