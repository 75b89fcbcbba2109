import { describe, expect, it } from "vitest";
import { rowWords } from "@/features/work/model/rows";

describe("the words of a row in the list", () => {
  it("say the only message of a chat once", () => {
    expect(rowWords({ subject: "", preview: "La bolletta è doppia" })).toEqual({
      subject: "",
      preview: "La bolletta è doppia",
    });
    expect(rowWords({ subject: "La bolletta è doppia", preview: "La bolletta è doppia" }).subject).toBe("");
  });
  it("leave out a subject that is the cut beginning of the message", () => {
    const words = rowWords({ subject: "La bolletta…", preview: "La bolletta  è\ndoppia" });
    expect(words).toEqual({ subject: "", preview: "La bolletta è doppia" });
  });
  it("keep a subject that says something of its own", () => {
    expect(rowWords({ subject: "Reclamo", preview: "Attendo risposta." })).toEqual({
      subject: "Reclamo",
      preview: "Attendo risposta.",
    });
  });
  it("are empty when nothing was said yet", () => {
    expect(rowWords({ subject: null, preview: null })).toEqual({ subject: "", preview: "" });
  });
});
