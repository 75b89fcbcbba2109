/** The last check, kept in this browser alone: it says something about this computer, not about a person. */
import { keep, kept } from "@/settings";
import type { Verdict } from "./judge";

const NAME = "ascolto.ready";
export const parts = ["network", "clock", "sound", "microphone", "notices"] as const;
export type Part = (typeof parts)[number];

export interface Last {
  at: string;
  verdicts: Partial<Record<Part, Verdict>>;
}

export function last(): Last | null {
  try {
    const found = JSON.parse(kept(NAME) ?? "null") as Last | null;
    return found && typeof found.at === "string" && typeof found.verdicts === "object" ? found : null;
  } catch {
    return null;
  }
}

export function note(verdicts: Last["verdicts"], at = new Date().toISOString()): void {
  if (Object.keys(verdicts).length > 0) keep(NAME, JSON.stringify({ at, verdicts } satisfies Last));
}
