import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FailedOf } from "@/failed";
import { speak } from "@/i18n";

beforeEach(() => speak("en"));
afterEach(cleanup);

it("shows nothing of a page whose parts are all there", () => {
  const { container } = render(<FailedOf all={[{ error: null, refetch: vi.fn() }]} />);
  expect(container.textContent).toBe("");
});

it("says once what is missing and asks again for what failed alone", () => {
  const [there, gone, lost] = [vi.fn(), vi.fn(), vi.fn()];
  const wrong = new Error("no network");
  render(<FailedOf all={[{ error: null, refetch: there }, { error: wrong, refetch: gone }, { error: wrong, refetch: lost }]} />);
  fireEvent.click(screen.getByText("Try again"));
  expect([there, gone, lost].map((one) => one.mock.calls.length)).toEqual([0, 1, 1]);
});
