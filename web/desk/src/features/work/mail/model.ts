/** To whom a mail goes: as it is written in three lines, and as it is sent. */

export interface Envelope {
  to: string[];
  cc: string[];
  bcc: string[];
}

/** The three lines as they are being written. */
export type Lines = Record<keyof Envelope, string>;

const ADDRESS = /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)*$/i;

/** The words of a line that are addresses, and those that are none; names before <…> are left out. */
export function addresses(line: string): { good: string[]; bad: string[] } {
  const parts = line
    .split(/[,;\n]+/)
    .flatMap((part) => /<([^<>]*)>\s*$/.exec(part)?.[1] ?? part.trim().split(/\s+/))
    .map((part) => part.trim().toLowerCase())
    .filter(Boolean);
  const all = [...new Set(parts)];
  return { good: all.filter((one) => ADDRESS.test(one)), bad: all.filter((one) => !ADDRESS.test(one)) };
}

/** What can be sent; null while a line holds something else, or nobody is written to. */
export function envelopeOf(lines: Lines): Envelope | null {
  const read = { to: addresses(lines.to), cc: addresses(lines.cc), bcc: addresses(lines.bcc) };
  const wrong = Object.values(read).some((line) => line.bad.length > 0);
  if (wrong || read.to.good.length === 0) return null;
  return { to: read.to.good, cc: read.cc.good, bcc: read.bcc.good };
}

export function linesOf(envelope: Envelope): Lines {
  return { to: envelope.to.join(", "), cc: envelope.cc.join(", "), bcc: envelope.bcc.join(", ") };
}
