import { act, cleanup, renderHook } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { useAfterDone } from "@/features/work/after-done";
import { useOpened } from "@/features/work/opened";

afterEach(cleanup);

describe("what is open over a conversation", () => {
  it("does not stand there again when one comes back to it", () => {
    const { result, rerender } = renderHook(({ id }) => useOpened(id), { initialProps: { id: "a" } });
    act(() => result.current.put({ wrapping: true, panel: "merge" }));
    expect(result.current).toMatchObject({ wrapping: true, panel: "merge" });
    rerender({ id: "b" });
    expect(result.current).toMatchObject({ wrapping: false, panel: null });
    rerender({ id: "a" });
    expect(result.current).toMatchObject({ wrapping: false, panel: null });
  });

  it("stays when a late answer of another closes what was open there", () => {
    const { result, rerender } = renderHook(({ id }) => useOpened(id), { initialProps: { id: "a" } });
    const { put } = result.current;
    rerender({ id: "b" });
    act(() => result.current.put({ panel: "snooze", context: true }));
    act(() => put({ panel: null }));
    expect(result.current).toMatchObject({ panel: "snooze", context: true });
  });
});

describe("whoever is done with a conversation", () => {
  function at(first: string | null) {
    const ways = { order: { shown: () => ["a", "b", "c"], catchUp: vi.fn() }, open: vi.fn(), back: vi.fn() };
    const hook = renderHook(({ id }) => useAfterDone(id, ways), { initialProps: { id: first } });
    return { ...ways, ...hook };
  }

  it("goes on to the next, or to the one that was named", () => {
    const { result, open } = at("b");
    result.current("b");
    expect(open).toHaveBeenLastCalledWith("c");
    result.current("b", "a");
    expect(open).toHaveBeenLastCalledWith("a");
  });

  it("stays where one has gone before the answer came, and the list still follows", () => {
    const { result, rerender, order, open, back } = at("a");
    const late = result.current;
    rerender({ id: "c" });
    late("a");
    late("a", "b");
    expect(order.catchUp).toHaveBeenCalledTimes(2);
    expect(open).not.toHaveBeenCalled();
    expect(back).not.toHaveBeenCalled();
  });

  it("is not brought back to a page that was left", () => {
    const { result, unmount, open, back } = at("a");
    unmount();
    result.current("a");
    expect(open).not.toHaveBeenCalled();
    expect(back).not.toHaveBeenCalled();
  });
});
