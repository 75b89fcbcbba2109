/**
 * Choices that follow a person to every browser. The server keeps them; this browser's copy (settings.ts)
 * serves while the server does not answer, and what was chosen meanwhile is brought to it later.
 */
import { useEffect } from "react";
import { api, ApiError } from "@/api/client";
import type { DeskPreferences } from "@/api/types";
import { useSession } from "@/session";
import { change, keep, kept, settings, type DeskSettings } from "@/settings";

const path = "/me/preferences";
// By account: what somebody else chose at this browser is not said in one's own name.
const unsaved = (account: string) => `ascolto.keys.unsaved.${account}`;
let last: Promise<void> = Promise.resolve();

type Followed = Pick<DeskSettings, "singleKeys" | "keyMap" | "plainField">;

/** What the server keeps, as this browser has it; of what was never chosen nothing. */
function chosenThere({ keys, plain_field: plainField }: DeskPreferences): Partial<Followed> {
  return {
    ...(keys ? { singleKeys: keys.on ?? true, keyMap: keys.map ?? {} } : {}),
    ...(typeof plainField === "boolean" ? { plainField } : {}),
  };
}

async function meet(account: string): Promise<void> {
  try {
    const chosen = await api.get<DeskPreferences>(path);
    const there = chosenThere(chosen);
    const touched = kept(unsaved(account));
    if (touched === null) {
      change(there);
      return;
    }
    // What was not touched here may have been moved at another browser meanwhile.
    const mine = settings();
    const own = (name: keyof Followed) => touched.split(" ").includes(name);
    const next: Followed = {
      singleKeys: own("singleKeys") ? mine.singleKeys : (there.singleKeys ?? true),
      keyMap: own("keyMap") ? mine.keyMap : (there.keyMap ?? {}),
      plainField: own("plainField") ? mine.plainField : (there.plainField ?? false),
    };
    const keys = chosen.keys || own("singleKeys") || own("keyMap") ? { on: next.singleKeys, map: next.keyMap } : null;
    await api.put<DeskPreferences>(path, { ...chosen, keys, ...(own("plainField") ? { plain_field: next.plainField } : {}) });
    if (settings() !== mine) return;
    keep(unsaved(account), null);
    change(next);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}

/** Takes over what the server keeps, or brings it what was chosen here and not yet told; one after the other. */
export function meetPreferences(account: string): Promise<void> {
  last = last.then(() => meet(account));
  return last;
}

/** Chooses for oneself, here at once and for every other browser as soon as the server answers. */
export function prefer(account: string, next: Partial<Followed>): Promise<void> {
  change(next);
  keep(unsaved(account), [kept(unsaved(account)) ?? "", ...Object.keys(next)].join(" "));
  return meetPreferences(account);
}

/** Meets the server's copy on signing in and whenever the network is back. */
export function usePreferences(): void {
  const { id } = useSession().account;
  useEffect(() => {
    const meetAgain = () => void meetPreferences(id);
    meetAgain();
    window.addEventListener("online", meetAgain);
    return () => window.removeEventListener("online", meetAgain);
  }, [id]);
}
