import { describe, expect, it } from "vitest";
import { qrCode } from "@ui/qr";

const drawn = (text: string) => qrCode(text).map((row) => row.map((dark) => (dark ? "#" : ".")).join(""));

describe("a QR code", () => {
  it("is the one that another encoder draws, too", () => {
    expect(drawn("otpauth://totp")).toEqual([
      "#######..#.##.#######",
      "#.....#..##.#.#.....#",
      "#.###.#.#.#...#.###.#",
      "#.###.#.#####.#.###.#",
      "#.###.#.##..#.#.###.#",
      "#.....#.#.#.#.#.....#",
      "#######.#.#.#.#######",
      "........##..#........",
      "#.#####.....#.#####..",
      "#.###....#.#..#.#####",
      "..#.####...##.##..##.",
      ".####...#...#..#.####",
      "###..###.####.####.##",
      "........##.#.####.#.#",
      "#######..######...##.",
      "#.....#.#..#...#.##.#",
      "#.###.#.##.#..#....##",
      "#.###.#.#....##.#.#..",
      "#.###.#.#..####..##..",
      "#.....#..##.##...##..",
      "#######.#..####..#.#.",
    ]);
  });
  it("is as small as the text allows, and refuses what no phone would read off a screen", () => {
    expect(qrCode("a".repeat(15)).length).toBe(25);
    expect(qrCode("a".repeat(122)).length).toBe(45);
    expect(qrCode("è".repeat(90)).length).toBe(53);
    expect(qrCode("a".repeat(331)).length).toBe(69);
    expect(() => qrCode("a".repeat(332))).toThrow(RangeError);
  });
});
