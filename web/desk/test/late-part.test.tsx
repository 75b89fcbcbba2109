import { act, cleanup, render, screen } from "@testing-library/react";
import { Suspense } from "react";
import { afterEach, expect, it, vi } from "vitest";
import { latePart } from "@/features/work/late-part";
import { alsoSpeak, t } from "@/i18n";

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

it("shows a part once the line is back, and what stands beside it meanwhile", async () => {
  vi.useFakeTimers();
  const load = vi.fn().mockRejectedValueOnce(new TypeError("no line")).mockRejectedValueOnce(new TypeError("no line")).mockResolvedValue(() => <p>late</p>);
  const Late = latePart(load);
  render(
    <>
      <p>desk</p>
      <Suspense>
        <Late />
      </Suspense>
    </>,
  );
  expect(screen.getByText("desk")).toBeTruthy();
  await act(() => vi.advanceTimersByTimeAsync(5_000));
  expect(load).toHaveBeenCalledTimes(3);
  expect(screen.getByText("late")).toBeTruthy();
});

it("waits for the words of a part whose catalogue did not come at first", async () => {
  vi.useFakeTimers();
  const came = vi.fn().mockRejectedValueOnce(new TypeError("no line")).mockResolvedValue({ messages: { "late.words": ["Parole"] } });
  const told = alsoSpeak({ "./it.po": came, "./en.po": came });
  await vi.advanceTimersByTimeAsync(5_000);
  await told;
  expect(t("late.words")).toBe("Parole");
});
