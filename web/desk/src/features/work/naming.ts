/** Whom something goes to: one queue or one colleague. */
export interface Chosen {
  id: string;
  kind: "queue" | "colleague";
  label: string;
}

/** The body by which a request names whom. */
export function named(whom: Chosen): { queue_id: string } | { operator_id: string } {
  return whom.kind === "queue" ? { queue_id: whom.id } : { operator_id: whom.id };
}

let meant: Chosen | null = null;

/** Names beforehand whom the dialog that opens next is about. */
export function mean(whom: Chosen): void {
  meant = whom;
}

/** Whom it was opened for, once. */
export function takeMeant(): Chosen | null {
  const whom = meant;
  meant = null;
  return whom;
}
