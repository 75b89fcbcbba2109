import { expect, it } from "vitest";
import { textOfTable } from "@/table-file";

const written = "name\nNiccolò";
const latin = Uint8Array.from(written, (one) => one.charCodeAt(0));
const wide = (little: boolean) => {
  const view = new DataView(new ArrayBuffer(2 + written.length * 2));
  [0xfeff, ...[...written].map((one) => one.charCodeAt(0))].forEach((unit, n) => view.setUint16(n * 2, unit, little));
  return new Uint8Array(view.buffer);
};

it.each([
  ["UTF-8", new TextEncoder().encode(written)],
  ["UTF-8 with its mark", new TextEncoder().encode(`\ufeff${written}`)],
  ["Windows-1252", latin],
  ["UTF-16, little end first", wide(true)],
  ["UTF-16, big end first", wide(false)],
])("reads names with accents from %s", async (_, bytes) => {
  expect(await textOfTable(new Blob([bytes]))).toBe(written);
});
