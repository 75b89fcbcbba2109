/** What is heard of what comes: for each channel, and for mentions, the tune that was chosen or none. */
import { settings } from "@/settings";
import { chime } from "@ui/chime";

/** Sounds what a channel's offer, or a mention, sounds like. */
export function sound(kind: string): void {
  const { volume, tunes } = settings();
  chime(volume, tunes[kind] ?? "two");
}
