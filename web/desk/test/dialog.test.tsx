import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Dialog } from "@ui/dialog";

beforeEach(() => void vi.stubGlobal("CSS", { escape: (text: string) => text })); // jsdom has none
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function Removing({ onClose }: { onClose: () => void }) {
  const [there, setThere] = useState(true);
  return (
    <Dialog title="Viste" open onClose={onClose}>
      {there && <button onClick={() => setThere(false)}>Rimuovi</button>}
      <button>Salva</button>
    </Dialog>
  );
}

/** Presses Escape where the keyboard is just then: nowhere, once the pressed button is gone. */
function escape(): boolean {
  return fireEvent.keyDown(document.activeElement ?? document.body, { key: "Escape" });
}

describe("a dialog whose pressed button has gone", () => {
  it("is closed by Escape at once, and the key does nothing else", () => {
    const onClose = vi.fn();
    render(<Removing onClose={onClose} />);
    const button = screen.getByText("Rimuovi");
    button.focus();
    fireEvent.click(button);
    expect(document.activeElement).toBe(document.body);
    expect(escape()).toBe(false);
    expect(onClose).toHaveBeenCalledTimes(1);
  });

  it("leaves Escape to the one above it", () => {
    const [below, above] = [vi.fn(), vi.fn()];
    render(
      <>
        <Dialog title="Sotto" open onClose={below}>
          <button>Uno</button>
        </Dialog>
        <Removing onClose={above} />
      </>,
    );
    const button = screen.getByText("Rimuovi");
    button.focus();
    fireEvent.click(button);
    escape();
    expect(above).toHaveBeenCalledTimes(1);
    expect(below).not.toHaveBeenCalled();
  });
});
