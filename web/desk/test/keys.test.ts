import { expect, it } from "vitest";
import type { Session } from "@/api/types";
import { pagesOf } from "@/app/nav";
import { actions, isTyping, keyName, resolve, shown } from "@/keys/map";

const free = { typing: false, overlay: false, singleKeys: true };
const press = (key: string, more: Partial<Record<"ctrlKey" | "metaKey" | "shiftKey" | "altKey", boolean>> = {}) =>
  keyName({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...more });

it("gives no key to two actions, and no chord whose first half is an action", () => {
  const keys = actions.flatMap((action) => action.keys);
  expect(new Set(keys).size).toBe(keys.length);
  const firsts = keys.filter((key) => key.includes(" ")).map((key) => key.split(" ")[0]);
  expect(keys.filter((key) => firsts.includes(key))).toEqual([]);
});

it("needs no key that an Italian keyboard writes with AltGr, which Windows says as Ctrl+Alt", () => {
  expect(actions.flatMap((action) => action.keys).filter((key) => /[[\]{}@#~]|Alt\+/.test(key))).toEqual([]);
});

it("matches what is printed, with Shift only where it says something", () => {
  expect(press("J", { shiftKey: true })).toBe("j");
  expect(press("?", { shiftKey: true })).toBe("?");
  expect(press("F6", { shiftKey: true })).toBe("Shift+F6");
  expect(press("Enter", { ctrlKey: true, shiftKey: true })).toBe("Ctrl+Shift+Enter");
  expect(press("k", { metaKey: true })).toBe("Ctrl+k");
});

it("leaves printed keys to whoever types, and to whoever has switched them off", () => {
  expect(resolve("r", null, free).action).toBe("reply");
  expect(resolve("r", null, { ...free, typing: true }).action).toBeNull();
  expect(resolve("r", null, { ...free, singleKeys: false }).action).toBeNull();
  expect(resolve("Ctrl+Enter", null, { ...free, typing: true, singleKeys: false }).action).toBe("send");
  expect(resolve("r", null, { ...free, overlay: true }).action).toBeNull();
  expect(resolve("Ctrl+k", null, { ...free, overlay: true }).action).toBe("palette");
});

it("waits for the second half of a chord and forgets a wrong one", () => {
  expect(resolve("g", null, free)).toEqual({ action: null, pending: "g" });
  expect(resolve("s", "g", free)).toEqual({ action: "go_floor", pending: null });
  expect(resolve("x", "g", free)).toEqual({ action: null, pending: null });
  expect(resolve("g", null, { ...free, typing: true }).pending).toBeNull();
});

it("knows a field to type in from a box to tick", () => {
  const made = (tag: string, set: Record<string, string> = {}) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(set)) element.setAttribute(name, value);
    return element;
  };
  expect(isTyping(made("textarea"))).toBe(true);
  expect(isTyping(made("input", { type: "search" }))).toBe(true);
  expect(isTyping(made("div", { role: "combobox" }))).toBe(true);
  expect(isTyping(made("input", { type: "checkbox" }))).toBe(false);
  expect(isTyping(made("button"))).toBe(false);
  expect(isTyping(null)).toBe(false);
});

it("shows keys as they stand on the keyboard", () => {
  expect(shown("reply")).toBe("R");
  expect(shown("palette")).toBe("Ctrl+K");
  expect(shown("go_floor")).toBe("G S");
});

it("leads to every page that somebody may open, and to none that they may not", () => {
  const everything = [
    "conversations.read_all", "insight.floor", "insight.metrics", "insight.own_results",
    "workforce.own_shifts", "workforce.read", "workforce.roster", "privacy.read_views", "tenancy.configure",
  ];
  const ids = actions.map((action) => action.id);
  const someone = { operator_id: "o", permissions: everything } as unknown as Session;
  expect(pagesOf(someone).map(({ to }) => `go_${to.slice(1)}`).filter((id) => !ids.includes(id))).toEqual([]);
  expect(pagesOf(someone)).toHaveLength(13);
  const planner = { operator_id: null, permissions: ["workforce.read"] } as unknown as Session;
  expect(pagesOf(planner).map(({ to }) => to)).toEqual(["/planning", "/settings"]);
});
