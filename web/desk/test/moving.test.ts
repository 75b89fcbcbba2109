/** Moving keys: what is refused and why, and what a moved key does. */
import { afterEach, expect, it } from "vitest";
import { actions, resolve, shown } from "@/keys/map";
import { moved, pressed, refusal } from "@/keys/moving";
import { change } from "@/settings";

const free = { typing: false, overlay: false, singleKeys: true };
const action = (id: string) => actions.find((one) => one.id === id)!;

afterEach(() => change({ keyMap: {} }));

it("acts on the new key, shows it, and no longer on the old one", () => {
  change({ keyMap: { reply: ["b"] } });
  expect(resolve("b", null, free).action).toBe("reply");
  expect(resolve("r", null, free).action).toBeNull();
  expect(shown("reply")).toBe("B");
  change({ keyMap: { reply: [] } });
  expect(resolve("r", null, free).action).toBeNull();
  expect(shown("reply")).toBeUndefined();
});

it("refuses a key of another action, and a key that begins or continues another's chord", () => {
  expect(refusal(action("note"), "r")).toEqual({ code: "taken", by: action("reply") });
  expect(refusal(action("note"), "g")).toMatchObject({ code: "taken" });
  expect(refusal(action("note"), "r x")).toEqual({ code: "taken", by: action("reply") });
  expect(refusal(action("note"), "g l")).toEqual({ code: "taken", by: action("go_work") });
  expect(refusal(action("note"), "n")).toBeNull();
});

it("goes by the keys as they are now: a key that was left is free, one that was taken is not", () => {
  change({ keyMap: { reply: ["b"] } });
  expect(refusal(action("note"), "r")).toBeNull();
  expect(refusal(action("note"), "b")).toEqual({ code: "taken", by: action("reply") });
});

it("refuses keys that move about the page, that are the browser's, and letters where one types", () => {
  expect(refusal(action("note"), "ArrowDown")).toEqual({ code: "kept" });
  expect(refusal(action("note"), "x Tab")).toEqual({ code: "kept" });
  expect(refusal(action("note"), "Ctrl+w")).toEqual({ code: "browser" });
  expect(refusal(action("note"), "Ctrl+Alt+q")).toEqual({ code: "browser" });
  expect(refusal(action("send"), "y")).toEqual({ code: "typing" });
  expect(refusal(action("send"), "Ctrl+Shift+y")).toBeNull();
  expect(refusal(action("send"), "F9")).toBeNull();
});

it("makes a chord of two plain keys and of nothing else", () => {
  expect(["y", "p"].reduce(pressed, "")).toBe("y p");
  expect(["y", "p", "q"].reduce(pressed, "")).toBe("q");
  expect(["y", "Ctrl+b"].reduce(pressed, "")).toBe("Ctrl+b");
});

it("keeps nothing for an action that is as it comes", () => {
  const once = moved({ undo: ["x"] }, action("reply"), ["b"]);
  expect(once).toEqual({ undo: ["x"], reply: ["b"] });
  expect(moved(once, action("reply"), ["r"])).toEqual({ undo: ["x"] });
});
