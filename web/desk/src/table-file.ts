/** The text of a table that a spreadsheet wrote: UTF-8, UTF-16 with its mark, or what Excel writes in the West. */
export async function textOfTable(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const marked = { "fffe": "utf-16le", "feff": "utf-16be" }[[...bytes.slice(0, 2)].map((one) => one.toString(16).padStart(2, "0")).join("")];
  if (marked) return new TextDecoder(marked).decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    // Whatever is no UTF-8 would else be read with a mark in the place of each accent, and kept so.
    return new TextDecoder("windows-1252").decode(bytes);
  }
}
