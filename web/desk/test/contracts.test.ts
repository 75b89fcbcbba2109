// @vitest-environment node
/** The desk and the contracts: its wire types are those written down, and it hears every kind of frame. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import "@/features/floor/live";
import "@/features/presence/live";
import "@/features/work/live";
import { knownKinds } from "@/live/reducers";
import { wireTypes } from "../../scripts/types.mjs";

const root = join(import.meta.dirname, "../../..");

it("has the wire types of the contracts (else: make contracts)", async () => {
  expect(readFileSync(join(root, "web/desk/src/api/wire.ts"), "utf8")).toBe(await wireTypes());
}, 30_000);

it("hears every kind of frame that a server sends, and no other", () => {
  const schema = JSON.parse(readFileSync(join(root, "contracts/live.schema.json"), "utf8")) as {
    oneOf: { properties: { k: { const: string } } }[];
  };
  expect(knownKinds()).toEqual(schema.oneOf.map((option) => option.properties.k.const).sort());
});
