import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Confirm } from "@/confirm";
import { speak } from "@/i18n";

// The window of the tests has no `CSS`, of which the dialog asks for one function.
beforeEach(() => {
  vi.stubGlobal("CSS", { escape: (text: string) => text });
  return speak("en");
});
afterEach(cleanup);

function ask(act: () => Promise<unknown>) {
  const onClose = vi.fn();
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Confirm title="Remove it?" word="Remove" act={act} words={() => "It is still in use."} onClose={onClose}>
        <p>It goes for ever.</p>
      </Confirm>
    </QueryClientProvider>,
  );
  return onClose;
}

it("does nothing when one goes back", () => {
  const act = vi.fn(() => Promise.resolve());
  const onClose = ask(act);
  fireEvent.click(screen.getByText("Cancel"));
  expect([act.mock.calls.length, onClose.mock.calls.length]).toEqual([0, 1]);
}, 60_000); // the first dialog of a busy machine may take its time

it("closes once it is done", async () => {
  const onClose = ask(() => Promise.resolve());
  fireEvent.click(screen.getByText("Remove"));
  await waitFor(() => expect(onClose).toHaveBeenCalledTimes(1));
});

it("stays and says why when it is refused", async () => {
  const onClose = ask(() => Promise.reject(new Error("no")));
  fireEvent.click(screen.getByText("Remove"));
  await waitFor(() => expect(screen.getByText("It is still in use.").closest("[role=alert]")).not.toBeNull());
  expect(onClose).not.toHaveBeenCalled();
});
