import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { catalogue } from "./scripts/po.mjs";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  plugins: [catalogue()],
  resolve: { alias: { "@ui": here("./ui"), "@": here("./desk/src") } },
  test: {
    include: ["desk/**/*.test.{ts,tsx}", "ui/**/*.test.{ts,tsx}", "widget/**/*.test.{ts,tsx}"],
    environment: "jsdom",
    pool: "threads",
    maxWorkers: 2,
    restoreMocks: true,
  },
});
