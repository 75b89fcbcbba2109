import type { Plugin } from "vite";
export interface PoEntry { id: string; text: string; fuzzy: boolean }
export function languagesIn(folder: string): string[];
export function parsePo(source: string): PoEntry[];
export function filled(source: string, english: string): { entries: PoEntry[]; lacking: number };
export function catalogue(): Plugin;
export function plainCatalogue(): Plugin;
