import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { onlyLanguages } from "./scripts/aria-words.mjs";
import { catalogue, languagesIn } from "./scripts/po.mjs";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const server = process.env.ASCOLTO_URL ?? "http://127.0.0.1:8400";

export default defineConfig({
  root: here("./desk"),
  base: "/desk/",
  plugins: [react(), catalogue(), onlyLanguages(languagesIn(here("./desk/src/i18n")))],
  resolve: { alias: { "@ui": here("./ui"), "@": here("./desk/src") } },
  build: {
    outDir: here("../src/ascolto/web/static/desk"),
    emptyOutDir: true,
    target: "es2023",
    // The browsers that run ES2023 know oklch(): no second copy of the colours for older ones.
    cssTarget: ["chrome111", "firefox114", "safari16.4"],
    manifest: true,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
  server: {
    host: "127.0.0.1",
    proxy: {
      "/api": server,
      "/live": { target: server.replace(/^http/, "ws"), ws: true },
    },
  },
});
