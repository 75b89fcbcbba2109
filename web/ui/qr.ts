/**
 * QR codes (ISO/IEC 18004) of a text: byte mode, error correction M, the smallest version from 1 to
 * 13 that holds it (331 bytes: any address an authenticator app is given). Pure.
 */

/** Per version: correction bytes of a block, and how many blocks (short, then one byte longer). */
const blocks: readonly (readonly [ecc: number, short: number, size: number, long: number])[] = [
  [10, 1, 16, 0], [16, 1, 28, 0], [26, 1, 44, 0], [18, 2, 32, 0], [24, 2, 43, 0], [16, 4, 27, 0],
  [18, 4, 31, 0], [22, 2, 38, 2], [22, 3, 36, 2], [26, 4, 43, 1], [30, 1, 50, 4], [22, 6, 36, 2],
  [22, 8, 37, 1],
];
const alignment: readonly (readonly number[])[] = [
  [], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46],
  [6, 28, 50], [6, 30, 54], [6, 32, 58], [6, 34, 62],
];
const masks: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

type Grid = boolean[][];

/** The code of a text: true is a dark module. Rows of equal length, without the quiet zone. */
export function qrCode(text: string): Grid {
  const bytes = new TextEncoder().encode(text);
  const version = blocks.findIndex((_, index) => bytes.length <= room(index + 1)) + 1;
  if (version === 0) throw new RangeError("too long for a QR code of version 13");
  const words = interleave(version, fill(version, bytes));
  const { grid, fixed } = frame(version);
  place(grid, fixed, words);
  let best: { grid: Grid; cost: number } | null = null;
  for (let mask = 0; mask < masks.length; mask += 1) {
    const tried = grid.map((row, y) => row.map((dark, x) => dark !== (!fixed[y]![x]! && masks[mask]!(x, y))));
    writeFormat(tried, mask);
    const cost = penalty(tried);
    if (!best || cost < best.cost) best = { grid: tried, cost };
  }
  return best!.grid;
}

function capacity(version: number): number {
  const [, short, size, long] = blocks[version - 1]!;
  return short * size + long * (size + 1);
}

/** Bytes of text that a version holds: mode and length take 12 bits, 20 from version 10 on. */
function room(version: number): number {
  return Math.floor((capacity(version) * 8 - (version < 10 ? 12 : 20)) / 8);
}

function fill(version: number, bytes: Uint8Array): number[] {
  const bits: number[] = [];
  const push = (value: number, length: number) => {
    for (let bit = length - 1; bit >= 0; bit -= 1) bits.push((value >>> bit) & 1);
  };
  push(4, 4);
  push(bytes.length, version < 10 ? 8 : 16);
  for (const byte of bytes) push(byte, 8);
  const whole = capacity(version);
  push(0, Math.min(4, whole * 8 - bits.length));
  while (bits.length % 8) bits.push(0);
  const words: number[] = [];
  for (let at = 0; at < bits.length; at += 8) words.push(parseInt(bits.slice(at, at + 8).join(""), 2));
  for (let pad = 0xec; words.length < whole; pad ^= 0xec ^ 0x11) words.push(pad);
  return words;
}

function interleave(version: number, words: number[]): number[] {
  const [ecc, short, size, long] = blocks[version - 1]!;
  const divisor = generator(ecc);
  const parts: number[][] = [];
  for (let at = 0, index = 0; index < short + long; index += 1) {
    const length = size + (index < short ? 0 : 1);
    parts.push(words.slice(at, at + length));
    at += length;
  }
  const checks = parts.map((part) => remainder(part, divisor));
  const result: number[] = [];
  for (let at = 0; at <= size; at += 1) {
    for (const part of parts) if (at < part.length) result.push(part[at]!);
  }
  for (let at = 0; at < ecc; at += 1) for (const check of checks) result.push(check[at]!);
  return result;
}

/** Product in the field of 256 elements with the polynomial 0x11d. */
function times(a: number, b: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    product = (product << 1) ^ ((product >>> 7) * 0x11d);
    product ^= ((b >>> bit) & 1) * a;
  }
  return product;
}

function generator(degree: number): number[] {
  const result = [...Array<number>(degree - 1).fill(0), 1];
  let root = 1;
  for (let step = 0; step < degree; step += 1) {
    for (let at = 0; at < degree; at += 1) {
      result[at] = times(result[at]!, root) ^ (result[at + 1] ?? 0);
    }
    root = times(root, 2);
  }
  return result;
}

function remainder(part: number[], divisor: number[]): number[] {
  const result = divisor.map(() => 0);
  for (const word of part) {
    const factor = word ^ result.shift()!;
    result.push(0);
    divisor.forEach((coefficient, at) => (result[at]! ^= times(coefficient, factor)));
  }
  return result;
}

/** Finders, timing, alignment and version, and which modules they keep from the text. */
function frame(version: number): { grid: Grid; fixed: Grid } {
  const size = version * 4 + 17;
  const grid: Grid = Array.from({ length: size }, () => Array<boolean>(size).fill(false));
  const fixed: Grid = Array.from({ length: size }, () => Array<boolean>(size).fill(false));
  const set = (x: number, y: number, dark: boolean) => {
    if (x < 0 || y < 0 || x >= size || y >= size) return;
    grid[y]![x] = dark;
    fixed[y]![x] = true;
  };
  const square = (cx: number, cy: number, reach: number, light: readonly number[]) => {
    for (let dy = -reach; dy <= reach; dy += 1) {
      for (let dx = -reach; dx <= reach; dx += 1) {
        set(cx + dx, cy + dy, !light.includes(Math.max(Math.abs(dx), Math.abs(dy))));
      }
    }
  };
  for (let at = 0; at < size; at += 1) {
    set(6, at, at % 2 === 0);
    set(at, 6, at % 2 === 0);
  }
  for (const [x, y] of [[3, 3], [size - 4, 3], [3, size - 4]] as const) square(x, y, 4, [2, 4]);
  const places = alignment[version - 1]!;
  for (const x of places) {
    for (const y of places) {
      const corner = (x === 6 && (y === 6 || y === size - 7)) || (x === size - 7 && y === 6);
      if (!corner) square(x, y, 2, [1]);
    }
  }
  for (let at = 0; at < 9; at += 1) {
    if (at !== 6) set(8, at, false);
    if (at !== 6) set(at, 8, false);
    if (at < 8) {
      set(size - 1 - at, 8, false);
      set(8, size - 1 - at, false);
    }
  }
  if (version >= 7) {
    const bits = (version << 12) | divided(version << 12, 0x1f25, 12);
    for (let at = 0; at < 18; at += 1) {
      const far = size - 11 + (at % 3);
      set(far, Math.floor(at / 3), ((bits >>> at) & 1) === 1);
      set(Math.floor(at / 3), far, ((bits >>> at) & 1) === 1);
    }
  }
  return { grid, fixed };
}

function divided(value: number, polynomial: number, degree: number): number {
  let rest = value;
  for (let bit = 31; bit >= degree; bit -= 1) {
    if ((rest >>> bit) & 1) rest ^= polynomial << (bit - degree);
  }
  return rest;
}

/** Which mask and correction, twice; the module beside the lower finder is always dark. */
function writeFormat(grid: Grid, mask: number): void {
  const size = grid.length;
  const bits = ((mask << 10) | divided(mask << 10, 0x537, 10)) ^ 0x5412;
  const set = (x: number, y: number, bit: number) => (grid[y]![x] = ((bits >>> bit) & 1) === 1);
  for (let bit = 0; bit < 15; bit += 1) {
    if (bit < 6) set(8, bit, bit);
    else if (bit < 8) set(8, bit + 1, bit);
    else if (bit === 8) set(7, 8, bit);
    else set(14 - bit, 8, bit);
    if (bit < 8) set(size - 1 - bit, 8, bit);
    else set(8, size - 15 + bit, bit);
  }
  grid[size - 8]![8] = true;
}

function place(grid: Grid, fixed: Grid, words: number[]): void {
  const size = grid.length;
  let bit = 0;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    const upward = ((right + 1) & 2) === 0;
    for (let step = 0; step < size; step += 1) {
      const y = upward ? size - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (fixed[y]![x] || bit >= words.length * 8) continue;
        grid[y]![x] = ((words[bit >>> 3]! >>> (7 - (bit & 7))) & 1) === 1;
        bit += 1;
      }
    }
  }
}

const finders = [/1011101(?=0000)/g, /(?<=0000)1011101/g];

/** How hard the code is to read: long runs, blocks, false finders, uneven light. */
function penalty(grid: Grid): number {
  const size = grid.length;
  const rows = grid.map((row) => row.map(Number).join(""));
  const columns = grid.map((_, x) => grid.map((row) => Number(row[x])).join(""));
  let cost = 0;
  for (const line of [...rows, ...columns]) {
    for (const run of line.match(/0{5,}|1{5,}/g) ?? []) cost += run.length - 2;
    const padded = `0000${line}0000`;
    for (const finder of finders) cost += 40 * (padded.match(finder)?.length ?? 0);
  }
  for (let y = 0; y + 1 < size; y += 1) {
    for (let x = 0; x + 1 < size; x += 1) {
      const dark = grid[y]![x];
      if (dark === grid[y]![x + 1] && dark === grid[y + 1]![x] && dark === grid[y + 1]![x + 1]) cost += 3;
    }
  }
  const share = grid.flat().filter(Boolean).length / size ** 2;
  return cost + 10 * Math.floor(Math.abs(share - 0.5) * 20);
}
