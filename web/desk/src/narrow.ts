/** Whether one thing at a time is shown, as on a phone or at 200 %: the width at which work.css folds. */
import { useSyncExternalStore } from "react";

const narrow = matchMedia("(max-width: 900px)");

function follow(changed: () => void): () => void {
  narrow.addEventListener("change", changed);
  return () => narrow.removeEventListener("change", changed);
}

export function useNarrow(): boolean {
  return useSyncExternalStore(follow, () => narrow.matches);
}
