/**
 * Choices that follow a person to every browser. The server keeps them; this browser's copy (settings.ts)
 * serves while the server does not answer, and what was chosen meanwhile is brought to it later.
 */
import { useEffect } from "react";
import { api, ApiError } from "@/api/client";
import type { DeskPreferences } from "@/api/types";
import { useSession } from "@/session";
import { change, keep, kept, settings } from "@/settings";

const path = "/me/preferences";
// By account: what somebody else chose at this browser is not said in one's own name.
const unsaved = (account: string) => `ascolto.keys.unsaved.${account}`;
let last: Promise<void> = Promise.resolve();

async function meet(account: string): Promise<void> {
  try {
    const chosen = await api.get<DeskPreferences>(path);
    if (kept(unsaved(account)) === null) {
      if (chosen.keys) change({ singleKeys: chosen.keys.on });
      return;
    }
    const on = settings().singleKeys;
    await api.put<DeskPreferences>(path, { ...chosen, keys: { map: {}, ...chosen.keys, on } });
    if (settings().singleKeys === on) keep(unsaved(account), null);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}

/** Takes over what the server keeps, or brings it what was chosen here and not yet told; one after the other. */
export function meetPreferences(account: string): Promise<void> {
  last = last.then(() => meet(account));
  return last;
}

/** Switches single keys on or off, here at once and for every other browser as soon as the server answers. */
export function switchSingleKeys(account: string, on: boolean): Promise<void> {
  change({ singleKeys: on });
  keep(unsaved(account), "yes");
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
