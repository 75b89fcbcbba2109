import { createElement, type PropsWithChildren } from "react";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook } from "@testing-library/react";
import { beforeAll, beforeEach, expect, it, vi } from "vitest";
import { api, ApiError } from "@/api/client";
import type { RosterDay, RosterShift } from "@/api/types";
import { keys } from "@/features/rosters/api";
import { useEdits } from "@/features/rosters/edits";
import { speak } from "@/i18n";

const MONDAY = "2026-03-09";
const TUESDAY = "2026-03-10";

const day = (on: string, v: number, shifts: RosterShift[] = []): RosterDay => ({
  roster: { id: "r", first_day: MONDAY, last_day: "2026-03-15", reason: "", created_at: "", created_by: "", published_at: null, published_by: null, site_lost: false, v },
  day: on, timezone: "Europe/Rome", begins_at: `${on}T00:00:00+01:00`, ends_at: `${on}T24:00:00+01:00`, shifts, required: [], away: [],
});

/** A draft as the server holds it: a save at another version than its own is a conflict. */
function server(v: number) {
  const draft = { v, saved: [] as string[], asked: [] as number[] };
  vi.spyOn(api, "put").mockImplementation(async (path, body) => {
    const asked = (body as { v: number }).v;
    draft.asked.push(asked);
    await Promise.resolve();
    if (asked !== draft.v) throw new ApiError({ status: 409, code: "workforce.roster_changed" });
    draft.v += 1;
    draft.saved.push(path.split("/people/")[1]!);
    return { v: draft.v, shifts: [], violations: [] };
  });
  return draft;
}

const queries = new QueryClient();
beforeEach(() => queries.clear());
beforeAll(() => speak("it"));

function board() {
  const wrapper = ({ children }: PropsWithChildren) => createElement(QueryClientProvider, { client: queries }, children);
  return renderHook(() => useEdits("r"), { wrapper }).result;
}
const versionOf = (on: string) => queries.getQueryData<RosterDay>(keys.day("r", on))!.roster.v;
const isStale = (on: string) => queries.getQueryState(keys.day("r", on))!.isInvalidated;

it("saves edits in line, each at the version that the one before it made", async () => {
  const draft = server(5);
  queries.setQueryData(keys.day("r", MONDAY), day(MONDAY, 5));
  queries.setQueryData(keys.day("r", TUESDAY), day(TUESDAY, 5));
  const edits = board();
  await act(async () => {
    edits.current.change("a", MONDAY, () => []);
    edits.current.change("b", TUESDAY, () => []);
    edits.current.change("a", MONDAY, () => []);
    expect(await edits.current.saved()).toBe(8);
  });
  expect(draft.asked).toEqual([5, 6, 7]);
  expect([versionOf(MONDAY), versionOf(TUESDAY)]).toEqual([8, 8]);
});

it("drops what waits behind a conflict and never saves over what another planner wrote", async () => {
  const draft = server(6);
  queries.setQueryData(keys.day("r", MONDAY), day(MONDAY, 5));
  const edits = board();
  await act(async () => {
    edits.current.change("a", MONDAY, () => []);
    edits.current.change("b", MONDAY, () => []);
    // What the other planner wrote comes in while the edits are still in line.
    queries.setQueryData(keys.day("r", MONDAY), day(MONDAY, 6));
    await expect(edits.current.saved()).rejects.toBeInstanceOf(ApiError);
  });
  expect(draft.saved).toEqual([]);
  expect(draft.asked).toEqual([5]);
  expect(edits.current.canUndo).toBe(false);
  await act(async () => {
    edits.current.change("c", MONDAY, () => []);
    expect(await edits.current.saved()).toBe(7);
  });
  expect(draft.saved).toEqual([`c/days/${MONDAY}`]);
});

it("sends the version of the day that is changed, and has older days read again", async () => {
  const draft = server(7);
  queries.setQueryData(keys.day("r", MONDAY), day(MONDAY, 5));
  queries.setQueryData(keys.day("r", TUESDAY), day(TUESDAY, 7));
  const edits = board();
  await act(async () => {
    edits.current.change("a", TUESDAY, () => []);
    await edits.current.saved();
  });
  expect([versionOf(MONDAY), isStale(MONDAY)]).toEqual([5, true]);
  expect([versionOf(TUESDAY), isStale(TUESDAY)]).toEqual([8, false]);
  await act(async () => {
    edits.current.change("a", MONDAY, () => []);
    await expect(edits.current.saved()).rejects.toBeInstanceOf(ApiError);
  });
  expect(draft.saved).toEqual([`a/days/${TUESDAY}`]);
});
