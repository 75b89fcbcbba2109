/** What was opened beside or over a conversation. */
import { useState } from "react";

export type Panel = "transfer" | "snooze" | "consult" | "merge" | "call" | "task" | null;

interface Opened {
  /** The conversation it belongs to. */
  of: string;
  panel: Panel;
  wrapping: boolean;
  context: boolean;
}

const nothing = (of: string): Opened => ({ of, panel: null, wrapping: false, context: false });

/**
 * What is open over one conversation, and how to change it. The pane stays as one goes from one to the
 * next: each begins with nothing open, and a late answer of one that was left changes nothing here.
 */
export function useOpened(id: string) {
  const [opened, setOpened] = useState<Opened>(() => nothing(id));
  const here = opened.of === id ? opened : nothing(id);
  if (here !== opened) setOpened(here);
  const put = (next: Partial<Omit<Opened, "of">>) => setOpened((old) => (old.of === id ? { ...old, ...next } : old));
  return { ...here, put };
}
