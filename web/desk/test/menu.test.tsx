import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Button } from "@ui/button";
import { Menu, MenuItem } from "@ui/menu";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe("a menu whose machinery comes after the first paint", () => {
  it("opens for a press that was under way when it came", async () => {
    vi.stubGlobal("CSS", { escape: (text: string) => text }); // jsdom has none
    render(
      <Menu label="Stato" trigger={<Button>Fuori turno</Button>}>
        <MenuItem id="available">Disponibile</MenuItem>
      </Menu>,
    );
    const first = screen.getByRole("button");
    const mouse = { pointerType: "mouse", pointerId: 1, button: 0, width: 1, height: 1, pressure: 0.5, detail: 1 };
    fireEvent.pointerDown(first, mouse);
    fireEvent.mouseDown(first, mouse);
    // The machinery is there once the button is another: what was pressed is gone.
    await expect.poll(() => first.isConnected, { timeout: 10_000 }).toBe(false);
    expect(await screen.findByRole("menuitem", { name: "Disponibile" })).toBeTruthy();
  });
});
