import { describe, expect, it, vi } from "vitest";
import type { Canned } from "@/api/types";
import { insertable, insertCanned, offerInsert } from "@/features/work/insert";

const reply = (id: string, client_id: string | null, language: string | null = null): Canned => ({
  id,
  client_id,
  language,
  key: id,
  title: `Saluto ${id}`,
  text: "Buongiorno",
  v: 1,
});
const all = [reply("a-cup", "cup"), reply("b-tel", "tel", "it"), reply("c-all", null), reply("d-tel", "tel", "en")];
const ids = (words: string) => insertable(all, words).map((one) => one.id);

describe("a canned reply from the palette", () => {
  it("is one of the open conversation's client or of all, its own language first", () => {
    const leave = offerInsert({ client_id: "tel", language: "en" }, vi.fn());
    expect(ids("saluto")).toEqual(["c-all", "d-tel", "b-tel"]);
    leave();
  });

  it("is none while no conversation is written in", () => {
    offerInsert({ client_id: "cup", language: null }, vi.fn())();
    expect(ids("saluto")).toEqual([]);
  });

  it("goes into the field that is open now, not into the one that was left", () => {
    const [old, now] = [vi.fn(), vi.fn()];
    const leave = offerInsert({ client_id: "cup", language: null }, old);
    offerInsert({ client_id: "tel", language: null }, now);
    leave();
    expect(ids("saluto")).not.toContain("a-cup");
    insertCanned(all[1]!);
    expect(now).toHaveBeenCalledWith(all[1]);
    expect(old).not.toHaveBeenCalled();
  });
});
