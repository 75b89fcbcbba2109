import { act, cleanup, fireEvent, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { useAction, useComing, useKeyboard } from "@/keys/react";

const turn = () => act(() => Promise.resolve());

describe("a key pressed before its part has come", () => {
  beforeEach(() => void renderHook(() => useKeyboard()));
  afterEach(cleanup);

  function arrive(pressed: () => void) {
    const waiting = renderHook(() => useComing("tag"));
    pressed();
    waiting.unmount();
    const fallback = renderHook(() => useComing("tag"));
    fallback.unmount();
    const handler = vi.fn();
    renderHook(() => useAction("tag", handler));
    return handler;
  }

  it("is carried out once the part is there, and once only", async () => {
    const handler = arrive(() => fireEvent.keyDown(document.body, { key: "l" }));
    await turn();
    expect(handler).toHaveBeenCalledTimes(1);
    renderHook(() => useAction("tag", handler));
    await turn();
    expect(handler).toHaveBeenCalledTimes(1);
  });

  it.each([
    ["another key", () => fireEvent.keyDown(document.body, { key: "j" })],
    ["a click elsewhere", () => fireEvent.pointerDown(document.body)],
  ])("is forgotten after %s", async (_, next) => {
    const handler = arrive(() => {
      fireEvent.keyDown(document.body, { key: "l" });
      next();
    });
    await turn();
    expect(handler).not.toHaveBeenCalled();
  });
});
