/**
 * The live store: tables of rows by key. A component listens to one row or to a whole table;
 * writes inside `batch` are told once, at the end.
 */
import type {
  Consult,
  ConversationRow,
  Draft,
  FloorClient,
  Frames,
  MentionNote,
  Message,
  Offer,
  Overdue,
  Presence,
} from "@/api/types";

export interface Thread {
  items: Message[];
  hasEarlier: boolean;
  /** A message is missing between two loaded ones, or after them: fetch again. */
  stale: boolean;
}

export interface Activity {
  conversation_id: string;
  who: string;
  name: string;
  what: "typing" | "viewing";
  at: number;
}

export interface Tables {
  conversations: ConversationRow;
  /** Version at which a conversation (or a closed consult) left this desk: older frames must not bring it back. */
  gone: number;
  offers: Offer;
  threads: Thread;
  /** Topics that the server has said it sends from now on: what is loaded later has no hole. */
  followed: true;
  presence: Presence;
  /** Questions beside conversations that are not closed: asked here, owed here, or seen in an open one. */
  consults: Consult;
  /** How the addresses of a customer stand with mails, as told since a conversation of theirs was opened. */
  consents: Frames["consents.changed"];
  drafts: Draft;
  activity: Activity;
  floor: FloorClient;
  /** Notes that named this operator while the desk was open, by message. */
  mentions: MentionNote;
  /** Promises not kept, by conversation, until they are met or the conversation leaves. */
  overdue: Overdue;
}

export type TableName = keyof Tables;

/** One row to write (or, without a row, to drop). */
export type Change = {
  [T in TableName]: { table: T; key: string; row: Tables[T] | undefined };
}[TableName];

export interface Reader {
  get<T extends TableName>(table: T, key: string): Tables[T] | undefined;
}

class Table<Row> {
  readonly rows = new Map<string, Row>();
  readonly rowListeners = new Map<string, Set<() => void>>();
  readonly listeners = new Set<(keys: ReadonlySet<string>) => void>();
  readonly changed = new Set<string>();
  version = 0;
}

const names: TableName[] = [
  "conversations",
  "gone",
  "offers",
  "threads",
  "presence",
  "consults",
  "consents",
  "drafts",
  "activity",
  "floor",
  "mentions",
  "overdue",
  "followed",
];

export class LiveStore implements Reader {
  private readonly tables = new Map<TableName, Table<unknown>>(
    names.map((name) => [name, new Table<unknown>()]),
  );
  private depth = 0;

  private table<T extends TableName>(name: T): Table<Tables[T]> {
    return this.tables.get(name) as Table<Tables[T]>;
  }

  get<T extends TableName>(table: T, key: string): Tables[T] | undefined {
    return this.table(table).rows.get(key);
  }

  rows<T extends TableName>(table: T): ReadonlyMap<string, Tables[T]> {
    return this.table(table).rows;
  }

  version(table: TableName): number {
    return this.table(table).version;
  }

  /** Writes rows; listeners hear of them once, when the outermost batch ends. */
  apply(changes: Iterable<Change>): void {
    this.batch(() => {
      for (const change of changes) this.write(change.table, change.key, change.row);
    });
  }

  set<T extends TableName>(table: T, key: string, row: Tables[T] | undefined): void {
    this.batch(() => this.write(table, key, row));
  }

  batch(work: () => void): void {
    this.depth += 1;
    try {
      work();
    } finally {
      this.depth -= 1;
      if (this.depth === 0) this.tell();
    }
  }

  clear(table: TableName): void {
    this.batch(() => {
      for (const key of [...this.table(table).rows.keys()]) this.write(table, key, undefined);
    });
  }

  onRow(table: TableName, key: string, listener: () => void): () => void {
    const { rowListeners } = this.table(table);
    const set = rowListeners.get(key) ?? new Set();
    rowListeners.set(key, set.add(listener));
    return () => {
      set.delete(listener);
      if (set.size === 0 && rowListeners.get(key) === set) rowListeners.delete(key);
    };
  }

  onTable(table: TableName, listener: (keys: ReadonlySet<string>) => void): () => void {
    const { listeners } = this.table(table);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  private write(name: TableName, key: string, row: unknown): void {
    const table = this.tables.get(name)!;
    if (table.rows.get(key) === row) return;
    if (row === undefined) table.rows.delete(key);
    else table.rows.set(key, row);
    table.changed.add(key);
  }

  private tell(): void {
    for (const table of this.tables.values()) {
      if (table.changed.size === 0) continue;
      const keys = new Set(table.changed);
      table.changed.clear();
      table.version += 1;
      for (const key of keys) for (const told of table.rowListeners.get(key) ?? []) told();
      for (const told of table.listeners) told(keys);
    }
  }
}
