import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { DraftBook, Newer, type Words } from "@/features/work/model/drafts";
import { Outbox, type OutboxItem, type OutboxStorage } from "@/features/work/model/outbox";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const nothingElse = { about: null, attachments: [], other: null, closing: null };

function book(answer: (text: string, rev: number) => Promise<number> = async (_text, rev) => rev + 1) {
  const puts: [string, number][] = [];
  const lines: (string | null)[] = [];
  const drafts = new DraftBook({
    storage: null,
    prefix: "d.",
    put: (_talk, _kind, { text, envelope }, rev) => {
      lines.push(envelope?.cc ?? null);
      puts.push([text, rev]);
      return answer(text, rev);
    },
  });
  return { drafts, puts, lines };
}

it("begins empty to pass another message on, and goes on with the same one", () => {
  const { drafts } = book();
  const people = { to: "capo@luce.it", cc: "", bcc: "legale@luce.it" };
  const about = (message_id: string) => ({ message_id, attachment_ids: [], whole: false });
  drafts.begin("a", "forward", about("1"));
  drafts.type("a", "forward", "Per voi");
  drafts.address("a", "forward", people);
  drafts.begin("a", "forward", about("1"));
  expect(drafts.slot("a", "forward")).toMatchObject({ text: "Per voi", envelope: people });
  drafts.begin("a", "forward", about("5"));
  expect(drafts.slot("a", "forward")).toMatchObject({ text: "", envelope: null, attachments: [], about: about("5") });
});

it("goes on at another device with its files and what it passes on", async () => {
  const stored: Words[] = [];
  const put = async (_talk: string, _kind: string, words: Words, rev: number) => {
    stored.push(words);
    return rev + 1;
  };
  const here = new DraftBook({ storage: null, prefix: "d.", put });
  const there = new DraftBook({ storage: null, prefix: "d.", put });
  const file = { id: "f", name: "schema.txt", size: 9, type: "text/plain" };
  const about = { message_id: "1", attachment_ids: ["x"], whole: false };
  here.begin("a", "forward", about);
  await vi.advanceTimersByTimeAsync(500);
  expect(stored).toEqual([]);
  here.attach("a", "forward", [file]);
  here.choose("a", "forward", { ...about, whole: true });
  await vi.advanceTimersByTimeAsync(500);
  expect(stored).toHaveLength(1);
  there.adopt("a", "forward", stored[0]!, 1);
  there.begin("a", "forward", about);
  expect(there.slot("a", "forward")).toMatchObject({ attachments: [file], about: { ...about, whole: true }, dirty: false });
  there.attach("a", "forward", []);
  await vi.advanceTimersByTimeAsync(500);
  here.adopt("a", "forward", stored[1]!, 2);
  expect(here.slot("a", "forward").attachments).toEqual([]);
});

it("writes after a pause, once for all that was typed, then goes on from the revision it got", async () => {
  const { drafts, puts } = book();
  drafts.type("a", "reply", "B");
  drafts.type("a", "reply", "Buon");
  expect(drafts.status("a", "reply")).toBe("typing");
  await vi.advanceTimersByTimeAsync(500);
  expect(puts).toEqual([["Buon", 0]]);
  expect(drafts.status("a", "reply")).toBe("saved");
  drafts.type("a", "reply", "Buongiorno");
  await vi.advanceTimersByTimeAsync(500);
  expect(puts[1]).toEqual(["Buongiorno", 1]);
});

it("never lets another device's words take the place of what is typed here, but offers them", async () => {
  const { drafts } = book(() => new Promise(() => undefined));
  drafts.type("a", "reply", "mie parole");
  drafts.adopt("a", "reply", { ...nothingElse, text: "parole di là", envelope: null }, 4);
  expect(drafts.slot("a", "reply")).toMatchObject({ text: "mie parole", other: "parole di là", dirty: true });
  drafts.swap("a", "reply");
  expect(drafts.slot("a", "reply")).toMatchObject({ text: "parole di là", other: "mie parole" });
});

/** Two devices of one person and the server between them, which refuses what was begun from an older version. */
function twoDevices() {
  let server = { words: { ...nothingElse, text: "", envelope: null } as Words, rev: 0 };
  const told: DraftBook[] = [];
  const make = () => {
    const book = new DraftBook({
      storage: null,
      prefix: "d.",
      put: async (_talk, _kind, words, rev) => {
        if (rev !== server.rev) throw new Newer(server.words, server.rev);
        server = { words, rev: rev + 1 };
        for (const one of told) one.adopt("a", "reply", words, rev + 1);
        return rev + 1;
      },
    });
    return book;
  };
  const here = make();
  const there = make();
  const online = (...books: DraftBook[]) => {
    told.splice(0, told.length, ...books);
    for (const book of books) {
      book.adopt("a", "reply", server.words, server.rev);
      book.flush();
    }
  };
  const settled = () => vi.advanceTimersByTimeAsync(5000);
  return { here, there, online, settled, stored: () => server.words };
}

const file = (id: string) => ({ id, name: `${id}.txt`, size: 9, type: "text/plain" });
const ids = ({ attachments }: Words) => attachments.map(({ id }) => id).toSorted();

it("keeps the files that either device adds, and drops only what was taken away by hand", async () => {
  const { here, there, online, settled, stored } = twoDevices();
  here.attach("a", "reply", [file("both"), file("gone")]);
  online(here, there);
  await settled();
  expect(ids(there.slot("a", "reply"))).toEqual(["both", "gone"]);
  online(here);
  there.attach("a", "reply", [...there.slot("a", "reply").attachments, file("there")]);
  here.attach("a", "reply", [file("both"), file("here")]);
  await settled();
  online(here, there);
  await settled();
  for (const words of [stored(), here.slot("a", "reply"), there.slot("a", "reply")]) expect(ids(words)).toEqual(["both", "here", "there"]);
});

it("shows on both devices what the two wrote at once, until one has chosen", async () => {
  const { here, there, online, settled, stored } = twoDevices();
  online(there);
  here.type("a", "reply", "Scritto qui");
  there.type("a", "reply", "Scritto là");
  await settled();
  online(here, there);
  await settled();
  for (const book of [here, there]) expect(book.slot("a", "reply")).toMatchObject({ text: "Scritto là", other: "Scritto qui", dirty: false });
  there.swap("a", "reply");
  await settled();
  expect(here.slot("a", "reply")).toMatchObject({ text: "Scritto qui", other: "Scritto là" });
  here.settle("a", "reply");
  await settled();
  expect(stored()).toMatchObject({ text: "Scritto qui", other: null });
  expect(there.slot("a", "reply").other).toBeNull();
});

it("goes on from what the server has when it was told of nothing", async () => {
  const { here, there, online, settled, stored } = twoDevices();
  there.type("a", "reply", "Scritto là");
  await settled();
  here.type("a", "reply", "Scritto qui");
  await settled();
  expect(stored()).toMatchObject({ text: "Scritto qui", other: "Scritto là" });
  online(there);
  expect(there.slot("a", "reply")).toMatchObject({ text: "Scritto qui", other: "Scritto là" });
});

it("takes no words of its own that went unanswered for another device's", async () => {
  const stored: Words[] = [];
  const lost = new DraftBook({
    storage: null,
    prefix: "d.",
    put: async (_talk, _kind, words) => {
      stored.push(words);
      throw new Error("lost on the way back");
    },
  });
  lost.type("a", "reply", "Buongiorno signora");
  await vi.advanceTimersByTimeAsync(500);
  lost.type("a", "reply", "Buonasera");
  lost.adopt("a", "reply", stored[0]!, 1);
  expect(lost.slot("a", "reply")).toMatchObject({ text: "Buonasera", other: null, dirty: true });
});

it("takes the server's words where nothing was typed, and never older ones", () => {
  const { drafts } = book();
  drafts.adopt("a", "reply", { ...nothingElse, text: "di ieri", envelope: null }, 3);
  drafts.adopt("a", "reply", { ...nothingElse, text: "più vecchie", envelope: null }, 2);
  expect(drafts.slot("a", "reply").text).toBe("di ieri");
  expect(drafts.slot("a", "note").text).toBe("");
});

it("keeps to whom a mail goes as it keeps its words, and lets go of it once the mail was sent", async () => {
  const { drafts, lines } = book();
  drafts.address("a", "reply", { to: "a@b.it", cc: "c@d", bcc: "" });
  expect(drafts.status("a", "reply")).toBe("typing");
  await vi.advanceTimersByTimeAsync(500);
  drafts.address("a", "reply", { to: "a@b.it", cc: "c@d.it", bcc: "" });
  drafts.adopt("a", "reply", { ...nothingElse, text: "di là", envelope: null }, 9);
  expect(drafts.slot("a", "reply")).toMatchObject({ envelope: { cc: "c@d.it" }, text: "di là", other: null });
  await vi.advanceTimersByTimeAsync(500);
  drafts.clear("a", "reply");
  await vi.advanceTimersByTimeAsync(500);
  expect(lines).toEqual(["c@d", "c@d.it", null]);
  drafts.adopt("a", "reply", { ...nothingElse, text: "", envelope: { to: "x@y.it", cc: "z@y.it", bcc: "" } }, 20);
  expect(drafts.slot("a", "reply").envelope?.cc).toBe("z@y.it");
});

it("says that words are only here when they cannot be stored, and writes them when told", async () => {
  let up = false;
  const { drafts, puts } = book((_text, rev) => (up ? Promise.resolve(rev + 1) : Promise.reject(new Error("down"))));
  drafts.type("a", "note", "tienila");
  await vi.advanceTimersByTimeAsync(500);
  expect(drafts.status("a", "note")).toBe("local");
  up = true;
  drafts.flush();
  await vi.advanceTimersByTimeAsync(0);
  expect([drafts.status("a", "note"), puts.length]).toEqual(["saved", 2]);
});

const nothing: OutboxStorage = { load: () => [], put: () => undefined, drop: () => undefined };
const item = (talk: string, text: string) =>
  ({ conversation_id: talk, kind: "reply", text, attachments: [], mentions: [], seen_seq: null }) as const;

it("sends in order within a conversation, keeps the rest behind a refusal, and gives it back to edit", async () => {
  const sent: string[] = [];
  const box = new Outbox({
    storage: nothing,
    send: async (one: OutboxItem) => {
      if (one.text === "no") throw new Error("refused");
      sent.push(one.text);
    },
    refusal: (error) => (error instanceof Error && error.message === "refused" ? "conversations.not_yours" : null),
  });
  for (const one of [item("a", "1"), item("a", "no"), item("a", "2"), item("b", "3")]) box.add({ ...one, attachments: [], mentions: [] });
  await vi.advanceTimersByTimeAsync(0);
  expect(sent.sort()).toEqual(["1", "3"]);
  const failed = box.items()[0]!;
  expect([failed.state, failed.code]).toEqual(["failed", "conversations.not_yours"]);
  expect(box.take(failed.nonce)?.text).toBe("no");
  box.wake();
  await vi.advanceTimersByTimeAsync(0);
  expect(sent).toContain("2");
  expect(box.items()).toEqual([]);
});

it("does not give back what is on its way: it may have arrived", async () => {
  const box = new Outbox({ storage: nothing, send: () => new Promise(() => undefined), refusal: () => null });
  const made = box.add({ ...item("a", "1"), attachments: [], mentions: [] });
  await vi.advanceTimersByTimeAsync(0);
  expect(box.take(made.nonce)).toBeUndefined();
});
