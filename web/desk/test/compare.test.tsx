import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Forecast } from "@/api/types";
import { Compare } from "@/features/workforce/compare";
import "@/features/workforce/words";

interface Sent {
  url: string;
  body: { day: string; scenarios: { growth: number; aht_s: number | null }[] };
  signal: AbortSignal;
  answer: () => Promise<void>;
}

const figures = {
  load_hours: 10,
  most_operators: 4,
  paid_hours: 40,
  service_level: 0.9,
  below: 0.7,
  risk: 0.01,
  safe_paid_hours: 40,
  held_service_level: 0.9,
  held_risk: 0.01,
};
const forecast = { id: "f", v: 1, days: [{ day: "2026-12-01" }, { day: "2026-12-02" }] } as Forecast;
const wish = { service_level: 0.8, target_s: 20, aht_s: null, away: 0.3 };
let sent: Sent[];

/** A server that answers when told to, and hears when nobody waits any more. */
function server(url: string, { body, signal }: { body: string; signal: AbortSignal }): Promise<Response> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error));
    const asked = JSON.parse(body) as Sent["body"];
    const answer = () => act(async () => resolve(Response.json({ scenarios: asked.scenarios.map(() => figures) })));
    sent.push({ url, body: asked, signal, answer });
  });
}

const growth = (at: number) => screen.getAllByLabelText<HTMLInputElement>("Richieste in più o in meno (%)")[at]!;
const type = (field: HTMLInputElement, value: string) => fireEvent.change(field, { target: { value } });
const press = (name: string) => fireEvent.click(screen.getByRole("button", { name, hidden: true }));
const results = () => screen.queryByRole("group", { name: "Scenari a confronto", hidden: true });
const running = () => screen.queryByRole("progressbar", { name: "Giorni calcolati", hidden: true });

async function compare(): Promise<void> {
  await act(async () => press("Confronta"));
}

async function found(): Promise<void> {
  await compare();
  await sent.at(-1)!.answer();
  await sent.at(-1)!.answer();
}

describe("scenarios that are compared", () => {
  beforeEach(() => {
    sent = [];
    vi.stubGlobal("fetch", server);
  });
  afterEach(() => {
    cleanup();
    vi.unstubAllGlobals();
  });

  it("leave a field as it is typed, so that a minus can come before its number", async () => {
    render(<Compare forecast={forecast} day="2026-12-01" wish={wish} />);
    type(growth(1), ""); // what a browser says of a minus alone
    expect(growth(1).value).toBe("");
    type(growth(1), "-10");
    await compare();
    expect(sent[0]!.body.scenarios.map((one) => one.growth)).toEqual([0, -0.1]);
    expect(sent[0]!.body.scenarios[1]!.aht_s).toBeNull();
  });

  it("show every day together once the last has come", async () => {
    render(<Compare forecast={forecast} day="2026-12-01" wish={wish} />);
    await compare();
    expect(sent.map((one) => one.body.day)).toEqual(["2026-12-01"]);
    await sent[0]!.answer();
    expect(results()).toBeNull();
    await sent[1]!.answer();
    expect(sent.map((one) => one.body.day)).toEqual(["2026-12-01", "2026-12-02"]);
    expect(results()!.textContent).toContain("80");
    expect(running()).toBeNull();
  });

  it.each([
    ["edited", () => type(growth(0), "5")],
    ["added to", () => press("Aggiungi uno scenario")],
    ["stopped", () => press("Ferma")],
  ])("are no longer asked about when they are %s meanwhile", async (_, change) => {
    render(<Compare forecast={forecast} day="2026-12-01" wish={wish} />);
    await compare();
    await act(async () => change());
    expect(sent[0]!.signal.aborted).toBe(true);
    expect(running()).toBeNull();
    expect(screen.queryByRole("alert", { hidden: true })).toBeNull();
    await found();
    expect(sent).toHaveLength(3);
    expect(results()!.textContent).not.toContain("NaN");
  });

  it("are no longer asked about when one is removed meanwhile", async () => {
    render(<Compare forecast={forecast} day="2026-12-01" wish={wish} />);
    press("Aggiungi uno scenario");
    await compare();
    await act(async () => press("Togli Scenario B"));
    expect(sent[0]!.signal.aborted).toBe(true);
    expect(running()).toBeNull();
  });

  it("are no longer asked about when nobody looks any more", async () => {
    const { unmount } = render(<Compare forecast={forecast} day="2026-12-01" wish={wish} />);
    await compare();
    unmount();
    expect(sent[0]!.signal.aborted).toBe(true);
  });

  it.each([
    ["day", { forecast, day: "2026-12-02" }],
    ["forecast", { forecast: { ...forecast, id: "g" }, day: "2026-12-01" }],
    ["version of the forecast", { forecast: { ...forecast, v: 2 }, day: "2026-12-01" }],
  ])("are forgotten with another %s, and what was typed stays", async (_, next) => {
    const { rerender } = render(<Compare forecast={forecast} day="2026-12-01" wish={wish} />);
    type(growth(1), "25");
    await found();
    expect(results()).not.toBeNull();
    rerender(<Compare {...next} wish={wish} />);
    expect(results()).toBeNull();
    expect(growth(1).value).toBe("25");
    rerender(<Compare forecast={forecast} day="2026-12-01" wish={wish} />);
    await compare();
    rerender(<Compare {...next} wish={wish} />);
    expect(sent.at(-1)!.signal.aborted).toBe(true);
    expect(running()).toBeNull();
  });
});
