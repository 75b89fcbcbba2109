import { expect, it } from "vitest";
import { initials } from "@/features/work/looked";

it("writes the first letters of the first and the last name, of one or of several", () => {
  expect(initials("Giulia Ferrante")).toBe("GF");
  expect(initials("Maria Chiara De Luca, Ugo")).toBe("ML U");
  expect(initials("èlia  òrsi")).toBe("ÈÒ");
});
