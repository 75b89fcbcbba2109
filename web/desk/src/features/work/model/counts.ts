/** Counts of one operator's conversations, changed by one row at a time. */
import type { ConversationRow } from "@/api/types";
import { isMine, isOpen } from "./rows";

export class MineCounts {
  private readonly operatorId: string | null;
  private readonly places = new Map<string, "open" | "snoozed">();
  private readonly listeners = new Set<() => void>();
  private shown = { open: 0, snoozed: 0 };
  private open = 0;

  constructor(operatorId: string | null) {
    this.operatorId = operatorId;
  }

  update(id: string, row: ConversationRow | undefined): void {
    const before = this.places.get(id);
    const next = row && isMine(row, this.operatorId) ? (isOpen(row) ? "open" : row.state === "snoozed" ? "snoozed" : undefined) : undefined;
    if (before === next) return;
    if (before === "open") this.open -= 1;
    if (next === "open") this.open += 1;
    if (next) this.places.set(id, next);
    else this.places.delete(id);
  }

  /** The same object for as long as no number has changed. */
  now = (): { open: number; snoozed: number } => {
    const snoozed = this.places.size - this.open;
    if (this.shown.open !== this.open || this.shown.snoozed !== snoozed) this.shown = { open: this.open, snoozed };
    return this.shown;
  };

  tell(): void {
    const before = this.shown;
    if (this.now() !== before) for (const listener of this.listeners) listener();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}
