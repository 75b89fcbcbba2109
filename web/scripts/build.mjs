// Builds the desk, and the widget when its own config is there, into the Python package.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const web = fileURLToPath(new URL("..", import.meta.url));
await build({ configFile: `${web}vite.config.ts`, root: `${web}desk` });

const widgetBuild = `${web}widget/build.mjs`;
const widgetConfig = `${web}widget/vite.config.ts`;
if (existsSync(widgetBuild)) {
  await import(widgetBuild);
} else if (existsSync(widgetConfig)) {
  await build({ configFile: widgetConfig, root: `${web}widget` });
}
