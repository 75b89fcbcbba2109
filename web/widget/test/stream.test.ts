import { describe, expect, it } from "vitest";
import { Events } from "../panel/stream.ts";

describe("server-sent events", () => {
  const text = 'retry: 1000\n\nid: 7-0\ndata: {"k":"typing","b":{"name":"Zoë 🌊"}}\n\n:\n\ndata: {"k":"x","b":1}\n\n';

  it("are the same however the stream is cut", () => {
    const whole = new Events().feed(text);
    for (let cut = 0; cut <= text.length; cut += 1) {
      const events = new Events();
      expect([...events.feed(text.slice(0, cut)), ...events.feed(text.slice(cut))]).toEqual(whole);
    }
    expect(whole.filter((event) => event.frame)).toEqual([
      { id: "7-0", frame: { k: "typing", b: { name: "Zoë 🌊" } } },
      { id: null, frame: { k: "x", b: 1 } },
    ]);
  });
});
