import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { IconButton } from "@ui/button";
import { Tips } from "@ui/tips";

const tip = () => screen.getByRole("tooltip", { hidden: true }).textContent;

describe("a button without words", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    render(
      <>
        <IconButton icon="x" label="Chiudi" shortcut="U" />
        <IconButton icon="check" label="Grassetto" shortcut="Ctrl+B" />
        <IconButton icon="clock" label="Turni" shortcut="G P" />
        <p>altrove</p>
        <Tips />
      </>,
    );
  });
  afterEach(() => {
    cleanup();
    vi.useRealTimers();
  });

  it("shows its name and its key when it is pointed at for a while, and takes them back on leaving", () => {
    fireEvent.pointerOver(screen.getByRole("button", { name: "Chiudi" }));
    expect(tip()).toBe("");
    act(() => void vi.advanceTimersByTime(600));
    expect(tip()).toBe("ChiudiU");
    fireEvent.pointerOver(screen.getByText("altrove"));
    act(() => void vi.advanceTimersByTime(100));
    expect(tip()).toBe("");
  });

  it("costs nothing while no tip is up: a scroll, a move or the focus elsewhere waits for nothing", () => {
    const elsewhere = screen.getByText("altrove");
    fireEvent.scroll(elsewhere);
    fireEvent.pointerOver(elsewhere);
    fireEvent.focusIn(elsewhere);
    expect(vi.getTimerCount()).toBe(0);
    fireEvent.pointerOver(screen.getByRole("button", { name: "Chiudi" }));
    fireEvent.scroll(elsewhere);
    act(() => void vi.advanceTimersByTime(600));
    expect(tip()).toBe("");
  });

  it("says its key, unless it is two keys one after the other", () => {
    const key = (name: string) => screen.getByRole("button", { name }).getAttribute("aria-keyshortcuts");
    expect([key("Chiudi"), key("Grassetto"), key("Turni")]).toEqual(["U", "Control+B", null]);
  });

  it.each(["Enter", " "])("drops its tip when it is pressed with %j", (key) => {
    const button = screen.getByRole("button", { name: "Chiudi" });
    fireEvent.pointerOver(button);
    act(() => void vi.advanceTimersByTime(600));
    expect(tip()).toBe("ChiudiU");
    fireEvent.keyDown(button, { key });
    act(() => void vi.advanceTimersByTime(1));
    expect(tip()).toBe("");
  });

  it("drops its tip when the focus goes to something without one", () => {
    fireEvent.pointerOver(screen.getByRole("button", { name: "Chiudi" }));
    act(() => void vi.advanceTimersByTime(600));
    expect(tip()).toBe("ChiudiU");
    fireEvent.focusIn(screen.getByText("altrove"));
    act(() => void vi.advanceTimersByTime(1));
    expect(tip()).toBe("");
  });

  it("keeps its tip while the tip itself is pointed at, and drops it on Esc", () => {
    fireEvent.pointerOver(screen.getByRole("button", { name: "Chiudi" }));
    act(() => void vi.advanceTimersByTime(600));
    fireEvent.pointerOver(screen.getByText("altrove"));
    fireEvent.pointerOver(screen.getByRole("tooltip", { hidden: true }));
    act(() => void vi.advanceTimersByTime(1000));
    expect(tip()).toBe("ChiudiU");
    fireEvent.keyDown(document.body, { key: "Escape" });
    act(() => void vi.advanceTimersByTime(1));
    expect(tip()).toBe("");
  });
});
