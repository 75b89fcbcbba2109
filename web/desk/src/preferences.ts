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
type Kept = Pick<DeskSettings, "singleKeys" | "keyMap" | "volume" | "tunes" | "plainField">;
let last: Promise<void> = Promise.resolve();

/** What is kept on the server too, as far as it was chosen there. */
function told({ keys, sounds, plain_field: plainField }: DeskPreferences): Partial<Kept> {
  return {
    ...(keys && { singleKeys: keys.on, keyMap: keys.map ?? {} }),
    ...(sounds && { volume: sounds.volume, tunes: (sounds.tunes ?? {}) as Kept["tunes"] }),
    ...(typeof plainField === "boolean" && { plainField }),
  };
}

/** The server's copy with what was chosen here. */
function merged(chosen: DeskPreferences, mine: Partial<Kept>): DeskPreferences {
  const { singleKeys = true, keyMap = {}, volume, tunes = {}, plainField } = { ...told(chosen), ...mine };
  const keys = chosen.keys || "singleKeys" in mine || "keyMap" in mine ? { on: singleKeys, map: keyMap as Record<string, string[]> } : null;
  const sounds = chosen.sounds || "volume" in mine || "tunes" in mine ? { volume: volume ?? settings().volume, tunes } : null;
  return { ...chosen, keys, sounds, ...(plainField === undefined ? {} : { plain_field: plainField }) };
}

async function meet(account: string): Promise<void> {
  try {
    const chosen = await api.get<DeskPreferences>(path);
    const touched = kept(unsaved(account))?.split(" ").filter(Boolean);
    if (touched === undefined) return change(told(chosen));
    // What was not touched here may have been moved at another browser meanwhile.
    const mine = settings();
    const next = merged(chosen, Object.fromEntries(touched.map((name) => [name, mine[name as keyof Kept]])));
    await api.put<DeskPreferences>(path, next);
    if (settings() !== mine) return;
    keep(unsaved(account), null);
    change(told(next));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}

/** Takes over what the server keeps, or brings it what was chosen here and not yet told; one after the other. */
export function meetPreferences(account: string): Promise<void> {
  last = last.then(() => meet(account));
  return last;
}

/** Chooses for one's keys, sounds or field, here at once and for every other browser as soon as the server answers. */
export function prefer(account: string, next: Partial<Kept>): Promise<void> {
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
