import { act, cleanup, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { useStayed } from "@/stayed";

describe("whoever goes from one conversation to the next", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    cleanup();
    vi.useRealTimers();
  });

  it("stays at once after a single step, and after quick ones only where they end", () => {
    const { result, rerender } = renderHook(({ id }) => useStayed(id), { initialProps: { id: "a" } });
    expect(result.current).toBe(true);
    act(() => void vi.advanceTimersByTime(1000));
    rerender({ id: "b" });
    expect(result.current).toBe(true);
    for (const id of ["c", "d", "e"]) {
      act(() => void vi.advanceTimersByTime(60));
      rerender({ id });
      expect(result.current).toBe(false);
    }
    act(() => void vi.advanceTimersByTime(130));
    expect(result.current).toBe(true);
  });
});
