import { decimal } from "@/i18n/format";

/** A number as the reader's language writes it: 31.04 is 31,0 in Italian, to a tenth and always so wide. */
export function tenths(n: number): string {
  return decimal(n, 1, 1);
}

/** The same with no more digits than it needs: 31 stays 31. */
export function figure(n: number, most = 1): string {
  return decimal(n, 0, most);
}
