import { afterEach, describe, expect, it } from "vitest";
import { alsoSpeak, locale, speak, t } from "@/i18n";

type Words = { messages: Record<string, unknown> };

/** Words of a part, the first asking for which is answered only when it is let go. */
function slowAtFirst(id: string) {
  let asked = 0;
  let letGo = () => {};
  const late = new Promise<void>((resolve) => (letGo = resolve));
  const give = (language: string) => async (): Promise<Words> => {
    if (asked++ === 0) await late;
    return { messages: { [id]: [`${id} ${language}`] } };
  };
  return { words: { "./it.po": give("it"), "./en.po": give("en") }, letGo: () => letGo() };
}

describe("the words of parts that are opened", () => {
  afterEach(() => speak("it"));

  it("stay when those of an earlier part arrive after them", async () => {
    const first = slowAtFirst("first.part");
    const early = alsoSpeak(first.words);
    await alsoSpeak({
      "./it.po": async () => ({ messages: { "second.part": ["seconda"] } }),
      "./en.po": async () => ({ messages: { "second.part": ["second"] } }),
    });
    expect(t("second.part")).toBe("seconda");
    first.letGo();
    await early;
    expect(t("second.part")).toBe("seconda");
    expect(t("first.part")).toBe("first.part it");
  });

  it("do not bring back the language that was left while they were on their way", async () => {
    const part = slowAtFirst("late.part");
    const early = alsoSpeak(part.words);
    await speak("en");
    part.letGo();
    await early;
    expect(locale()).toBe("en");
    expect(t("late.part")).toBe("late.part en");
  });

  it("are English where the part has no catalogue of the language", async () => {
    await speak("it");
    await alsoSpeak({ "./en.po": async () => ({ messages: { "untold.part": ["in English"] } }) });
    expect(locale()).toBe("it");
    expect(t("untold.part")).toBe("in English");
  });
});
