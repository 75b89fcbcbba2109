/** Single keys, switched off once, are off in every browser; without a network this browser's copy holds. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { DeskPreferences } from "@/api/types";
import { meetPreferences, prefer } from "@/preferences";
import { change, settings } from "@/settings";

/** The network between this browser and the server's copy. */
const line = { up: true, chosen: { keys: null, sounds: null } as DeskPreferences, puts: 0 };

beforeEach(() => {
  Object.assign(line, { up: true, chosen: { keys: null }, puts: 0 });
  change({ singleKeys: true, keyMap: {}, tunes: {} });
  vi.stubGlobal("fetch", async (_address: string, { method, body }: { method: string; body: string | null }) => {
    if (!line.up) throw new TypeError("no network");
    if (method === "PUT") {
      line.chosen = JSON.parse(body!) as DeskPreferences;
      line.puts += 1;
    }
    return new Response(JSON.stringify(line.chosen));
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  localStorage.clear();
});

it("takes over what was chosen at another browser", async () => {
  line.chosen = { keys: { on: false, map: {} } };
  await meetPreferences("anna");
  expect(settings().singleKeys).toBe(false);
  expect(localStorage.getItem("ascolto.keys")).toBe("off");
});

it("goes by this browser's copy when nothing was chosen or nobody answers", async () => {
  change({ singleKeys: false });
  await meetPreferences("anna");
  line.up = false;
  await meetPreferences("anna");
  expect(settings().singleKeys).toBe(false);
  expect(line.puts).toBe(0);
});

it("tells the server a choice and leaves the moved keys as they were", async () => {
  line.chosen = { keys: { on: true, map: { undo: ["x"] } } };
  await prefer("anna", { singleKeys: false });
  expect(line.chosen).toEqual({ keys: { on: false, map: { undo: ["x"] } }, sounds: null });
});

it("brings what was chosen without a network once there is one, and does not take it back before", async () => {
  line.chosen = { keys: { on: true, map: {} } };
  line.up = false;
  await prefer("anna", { singleKeys: false });
  expect(settings().singleKeys).toBe(false);
  line.up = true;
  await meetPreferences("anna");
  expect(settings().singleKeys).toBe(false);
  expect(line.chosen.keys?.on).toBe(false);
  await meetPreferences("anna");
  expect(line.puts).toBe(1);
});

it("never says in one person's name what another chose at the same browser", async () => {
  line.up = false;
  await prefer("anna", { singleKeys: false });
  line.up = true;
  line.chosen = { keys: { on: true, map: {} } };
  await meetPreferences("bruno");
  expect(settings().singleKeys).toBe(true);
  expect(line.puts).toBe(0);
});

it("ends with what was chosen last, however quickly one changes one's mind", async () => {
  await Promise.all([prefer("anna", { singleKeys: false }), prefer("anna", { singleKeys: true }), prefer("anna", { singleKeys: false })]);
  expect(line.chosen.keys?.on).toBe(false);
  await meetPreferences("anna");
  expect(settings().singleKeys).toBe(false);
});

it("takes over moved keys and brings those moved without a network", async () => {
  line.chosen = { keys: { on: true, map: { undo: ["x"] } } };
  await meetPreferences("anna");
  expect(settings().keyMap).toEqual({ undo: ["x"] });
  line.up = false;
  await prefer("anna", { keyMap: { reply: ["b"], undo: [] } });
  line.up = true;
  await meetPreferences("anna");
  expect(line.chosen).toEqual({ keys: { on: true, map: { reply: ["b"], undo: [] } }, sounds: null });
});

it("brings a tune chosen here together with keys moved elsewhere", async () => {
  line.chosen = { keys: { on: true, map: { undo: ["x"] } }, sounds: null };
  await prefer("anna", { tunes: { email: "none" } });
  expect(line.chosen).toEqual({ keys: { on: true, map: { undo: ["x"] } }, sounds: { volume: settings().volume, tunes: { email: "none" } } });
  line.chosen = { ...line.chosen, sounds: { volume: 0.2, tunes: { mention: "bell" } } };
  await meetPreferences("anna");
  expect(settings()).toMatchObject({ volume: 0.2, tunes: { mention: "bell" } });
  await prefer("anna", { volume: 0.4 });
  expect(line.chosen.sounds).toEqual({ volume: 0.4, tunes: { mention: "bell" } });
});

it("follows who prefers the plain field, beside the keys and without touching them", async () => {
  line.chosen = { keys: { on: false, map: { undo: ["x"] } }, plain_field: true };
  await meetPreferences("anna");
  expect(settings().plainField).toBe(true);
  line.up = false;
  await prefer("anna", { plainField: false });
  line.up = true;
  await meetPreferences("anna");
  expect(line.chosen).toEqual({ keys: { on: false, map: { undo: ["x"] } }, sounds: null, plain_field: false });
});

it("of the plain field alone says nothing about keys that were never chosen", async () => {
  await prefer("anna", { plainField: true });
  expect(line.chosen).toEqual({ keys: null, sounds: null, plain_field: true });
  change({ plainField: false });
});
