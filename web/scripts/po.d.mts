import type { Plugin } from "vite";
export interface PoEntry { id: string; text: string; fuzzy: boolean }
export function parsePo(source: string): PoEntry[];
export function catalogue(): Plugin;
