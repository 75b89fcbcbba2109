import { expect, it } from "vitest";
import { share } from "@/i18n/format";

it("a share of one is all of it, of more than one more than all, of none nothing", () => {
  expect(share(1)).toBe("100 %");
  expect(share(1.304)).toBe("130,4 %");
  expect(share(0.005)).toBe("0,5 %");
  expect(share(null)).toBe("–");
});
