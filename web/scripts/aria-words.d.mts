import type { Plugin } from "vite";
export function twoLanguages(): Plugin;
