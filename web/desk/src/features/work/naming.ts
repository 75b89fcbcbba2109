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
