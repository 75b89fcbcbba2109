/** Sets one's own state: only what was chosen is sent, so that nothing on record is overwritten. */
import { useMutation } from "@tanstack/react-query";
import { api } from "@/api/client";
import { explain } from "@/api/words";
import type { Place, Presence, PresenceState } from "@/api/types";
import { useLive } from "@/live/react";
import { say } from "@ui/toast";
import { ME } from "./live";

export interface Chosen {
  state?: PresenceState;
  place?: Place;
  country?: string;
}

/** The request for a choice: a state always goes along, for the server knows no choice without one. */
export function presenceBody(chosen: Chosen, before: Presence | undefined): Chosen & { state: PresenceState } {
  return { ...chosen, state: chosen.state ?? before?.state ?? "offline" };
}

export function usePresenceChange() {
  const { store, engine } = useLive();
  return useMutation({
    mutationFn: (chosen: Chosen) => api.put<Presence>("/presence", presenceBody(chosen, store.get("presence", ME))),
    onMutate: (chosen) => {
      const before = store.get("presence", ME);
      if (before) {
        const since = chosen.state ? new Date(engine.serverNow()).toISOString() : before.since;
        const reason = chosen.state ? null : before.reason;
        store.set("presence", ME, { ...before, ...chosen, since, reason });
      }
      return before;
    },
    onSuccess: (now) => store.set("presence", ME, now),
    onError: (error, _chosen, before) => {
      store.set("presence", ME, before);
      say(explain(error));
    },
  });
}
