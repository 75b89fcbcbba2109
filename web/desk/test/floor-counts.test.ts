/** The floor and the wall count alike, and tell of no few people. */
import { expect, it } from "vitest";
import { allWrapup, inHand } from "@/floor-counts";

it("has in hand what is answered and what is ringing", () => {
  expect(inHand({ offered: 1, active: 2, wrapup: 4 })).toBe(3);
});

it("adds up the wrap-up of all queues, and tells nothing when that of one is not told", () => {
  const told = { offered: 0, active: 0, wrapup: 2 };
  expect(allWrapup([told, told])).toBe(4);
  expect(allWrapup([told, { ...told, wrapup: null }])).toBeNull();
});
