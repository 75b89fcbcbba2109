import type { Plugin } from "vite";
export function onlyLanguages(spoken: readonly string[]): Plugin;
