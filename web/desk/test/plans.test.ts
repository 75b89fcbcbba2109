import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { reasonOf } from "../src/api/plans/words";
import { ApiError } from "../src/api/client";
import { explain } from "../src/api/words";
import { speak } from "../src/i18n";

const room = join(import.meta.dirname, "../../../src/ascolto/workforce");
const sentences = readdirSync(room, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".py"))
  .flatMap((path) => [...readFileSync(join(room, path), "utf8").matchAll(/BadPlan\(\s*f?"([^"]+)"/g)].map((match) => match[1]!));
const shifts = [...readFileSync(join(room, "rosters.py"), "utf8").matchAll(/^        return "([^"]+)"$/gm)].map((match) => match[1]!);

beforeAll(() => speak("it"));

it("says in words why a plan cannot be, for every reason that the server gives", () => {
  const each = sentences.flatMap((one) => (one.includes("{why}") ? shifts.map((why) => one.replace("{why}", why)) : [one]));
  expect(each.length).toBeGreaterThan(50);
  expect(each.filter((one) => !reasonOf(one.replace(/\{\w+\}/g, "Luce")))).toEqual([]);
});

it("says it instead of the words for anything that is not right", async () => {
  const error = new ApiError({ code: "workforce.bad_plan", status: 422, detail: "No published forecast speaks of the day." });
  expect(explain(error)).toBe("Nessuna previsione pubblicata comprende questo giorno.");
  await speak("en");
  expect(explain(error)).toBe("No published forecast speaks of this day.");
});
