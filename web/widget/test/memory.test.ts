import { beforeEach, describe, expect, it } from "vitest";
import { Memory } from "../panel/memory.ts";

const fresh = () => new Memory("prova", () => localStorage);
beforeEach(() => localStorage.clear());

describe("what the device remembers", () => {
  it("is nothing before the customer allows it", () => {
    const memory = fresh();
    memory.load();
    memory.put({ token: "t", draft: "segreto" });
    expect(localStorage.length).toBe(0);
  });

  it("is everything from the moment it is allowed, and nothing after it is withdrawn", () => {
    const memory = fresh();
    memory.put({ token: "t" });
    memory.allow();
    memory.put({ draft: "a metà" });
    expect(fresh().load()).toEqual({ token: "t", draft: "a metà" });
    memory.forget();
    memory.put({ draft: "altro" });
    expect(localStorage.length).toBe(0);
  });

  it("does without a storage that is forbidden", () => {
    const memory = new Memory("prova", () => { throw new DOMException("no", "SecurityError"); });
    expect(memory.load()).toEqual({});
    memory.allow();
    memory.put({ draft: "va bene lo stesso" });
    memory.forget();
  });

  it("starts anew when what is stored is broken", () => {
    localStorage.setItem("ascolto:prova", "{");
    expect(fresh().load()).toEqual({});
  });
});
