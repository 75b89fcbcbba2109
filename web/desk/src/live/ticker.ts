/** One clock for all counters on the screen: everything that shows seconds turns together. */
import { useSyncExternalStore } from "react";

const listeners = new Set<() => void>();
let second = Math.floor(Date.now() / 1000);
let timer: ReturnType<typeof setInterval> | null = null;

function beat(): void {
  second = Math.floor(Date.now() / 1000);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(beat, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && timer) {
      clearInterval(timer);
      timer = null;
    }
  };
}

/** Milliseconds now, new every `step` seconds. */
export function useNow(step = 1): number {
  return (
    useSyncExternalStore(subscribe, () => Math.floor(second / step) * step) * 1000
  );
}
