import { locale } from "@/i18n";

/** A number as the reader's language writes it: 31.04 is 31,0 in Italian, to a tenth and always so wide. */
export function tenths(n: number): string {
  return written(n, 1, 1);
}

/** The same with no more digits than it needs: 31 stays 31. */
export function figure(n: number, most = 1): string {
  return written(n, 0, most);
}

function written(n: number, least: number, most: number): string {
  const format = { minimumFractionDigits: least, maximumFractionDigits: most };
  return n.toLocaleString(locale() === "it" ? "it-IT" : "en-GB", format);
}
