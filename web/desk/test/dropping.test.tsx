import { cleanup, createEvent, fireEvent, render, screen } from "@testing-library/react";
import { useRef } from "react";
import { afterEach, expect, it, vi } from "vitest";
import { useDropped, useNoStrayDrops } from "@/features/work/dropping";

const take = vi.fn();

function Field() {
  const field = useRef<HTMLTextAreaElement>(null);
  useDropped(field, take);
  return <textarea key="k" ref={field} />;
}

function Page() {
  useNoStrayDrops();
  return (
    <>
      <nav data-testid="nav" />
      <input data-testid="picker" type="file" />
      <section className="talk">
        <div data-testid="thread" />
        <Field />
      </section>
    </>
  );
}

afterEach(() => {
  cleanup();
  take.mockClear();
});

/** Lets something fall on a part of the page; true when the browser would do as it does by itself. */
function fall(on: string, types: string[]): boolean {
  const target = screen.getByTestId(on);
  const event = createEvent.drop(target, { dataTransfer: { types, files: ["a.pdf"], dropEffect: "copy" } });
  return fireEvent(target, event);
}

it("takes a file that falls anywhere on the conversation", () => {
  render(<Page />);
  expect(fall("thread", ["Files"])).toBe(false);
  expect(take).toHaveBeenCalledWith(["a.pdf"]);
});

it("stays on the desk when a file falls elsewhere", () => {
  render(<Page />);
  expect(fall("nav", ["Files"])).toBe(false);
  expect(take).not.toHaveBeenCalled();
});

it("leaves words that are dragged, and a field for files, to the browser", () => {
  render(<Page />);
  expect(fall("thread", ["text/plain"])).toBe(true);
  expect(fall("picker", ["Files"])).toBe(true);
});
