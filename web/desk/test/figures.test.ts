import { afterEach, describe, expect, it } from "vitest";
import { figure, tenths } from "@/features/workforce/figures";
import "@/features/workforce/words";
import { speak, t } from "@/i18n";

describe("figures on people and hours", () => {
  afterEach(() => speak("it"));

  it("are written as the reader's language writes them", async () => {
    expect([tenths(31), figure(31), figure(31.25), figure(30.6, 0)]).toEqual(["31,0", "31", "31,3", "31"]);
    await speak("en");
    expect([tenths(31), figure(31), figure(31.25), figure(30.6, 0)]).toEqual(["31.0", "31", "31.3", "31"]);
  });

  it("are written so inside sentences too, and one is one", async () => {
    const hours = (n: number) => t("own_adherence.of", { share: "90%", hours: n });
    expect(hours(7.5)).toBe("Presente per il 90% di 7,5 ore in turno");
    expect(hours(1)).toBe("Presente per il 90% di un’ora in turno");
    expect(t("levers.more_hours", { n: 0.5 })).toBe("+0,5 ore pagate");
    expect(t("levers.offered", { n: 1 })).toBe("Offerta a una persona in turno: può dire di no");
    expect(t("intraday.way_plan", { n: 1 })).toBe("Il resto soprattutto come previsto: il più vicino nell’ultimo giorno");
    await speak("en");
    expect(hours(7.5)).toBe("Signed in for 90% of 7.5 rostered hours");
    expect(t("intraday.way_plan", { n: 12 })).toBe("The rest mostly as planned: nearest on the last 12 days");
  });
});
