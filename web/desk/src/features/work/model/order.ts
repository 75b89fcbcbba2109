/**
 * The order of a list that people work in. It follows the rows at once, except while it is held
 * (pointer or focus inside): then places stay, and the number of waiting changes is told instead.
 */
export class ListOrder<Row extends { id: string }> {
  private readonly accepts: (row: Row) => boolean;
  private readonly compare: (a: Row, b: Row) => number;
  private readonly rows = new Map<string, Row>();
  private sorted: Row[] = [];
  private held: Map<string, Row> | null = null;
  private heldIds: readonly string[] = [];
  private readonly moved = new Set<string>();
  private liveIds: readonly string[] | null = null;
  private readonly listeners = new Set<() => void>();
  version = 0;

  constructor(accepts: (row: Row) => boolean, compare: (a: Row, b: Row) => number) {
    this.accepts = accepts;
    this.compare = compare;
  }

  /** Ids in the order to show. */
  shown(): readonly string[] {
    if (this.held) return this.heldIds;
    this.liveIds ??= this.sorted.map((row) => row.id);
    return this.liveIds;
  }

  /** How many rows came, went or would move if the list were let go. */
  waiting(): number {
    return this.moved.size;
  }

  /** The newest known row, or the last one seen when it has left a held list. */
  row(id: string): Row | undefined {
    return this.rows.get(id) ?? this.held?.get(id);
  }

  /** True when a shown row no longer belongs here. */
  left(id: string): boolean {
    return !this.rows.has(id);
  }

  reset(rows: Iterable<Row>): void {
    this.rows.clear();
    for (const row of rows) if (this.accepts(row)) this.rows.set(row.id, row);
    this.sorted = [...this.rows.values()].sort(this.compare);
    this.release();
  }

  update(id: string, row: Row | undefined): void {
    const old = this.rows.get(id);
    const next = row && this.accepts(row) ? row : undefined;
    if (!old && !next) return;
    if (old && next && this.compare(old, next) === 0) {
      // Its words changed, not its place: the row shows them itself, the list stays as it is.
      this.sorted[this.place(old)] = next;
      this.rows.set(id, next);
      if (this.note(id, next)) this.tell();
      return;
    }
    if (old) this.sorted.splice(this.place(old), 1);
    if (next) {
      this.rows.set(id, next);
      this.sorted.splice(this.place(next), 0, next);
    } else {
      this.rows.delete(id);
    }
    this.note(id, next);
    this.tell();
  }

  hold(): void {
    if (this.held || this.sorted.length === 0) return;
    this.heldIds = this.shown();
    this.held = new Map(this.rows);
  }

  /** Lets the list take its true order. */
  release(): void {
    this.held = null;
    this.heldIds = [];
    this.moved.clear();
    this.tell();
  }

  /** Shows what waits now, and keeps holding if it was held. */
  catchUp(): void {
    const wasHeld = this.held !== null;
    this.release();
    if (wasHeld) this.hold();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Keeps whether a row would move; true when that has changed. */
  private note(id: string, next: Row | undefined): boolean {
    if (!this.held) return false;
    const before = this.held.get(id);
    const same = before && next && this.compare(before, next) === 0;
    if (same || (!before && !next)) return this.moved.delete(id);
    const known = this.moved.has(id);
    this.moved.add(id);
    return !known;
  }

  private place(row: Row): number {
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.compare(this.sorted[middle]!, row) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private tell(): void {
    this.liveIds = null;
    this.version += 1;
    for (const listener of this.listeners) listener();
  }
}
