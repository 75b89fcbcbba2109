/** What a page of administration is made of: a list, a form, and how both speak with the server. */
import type { ComponentType, ReactNode } from "react";
import type { IconName } from "@ui/icon";
import type { Refs } from "./refs";
import type { Via } from "./via";

export interface Thing {
  id: string;
  v?: number;
}

export interface Option {
  value: string;
  label: string;
}

/** What the address of a list says. */
export interface Search {
  q?: string | undefined;
  client_id?: string | undefined;
  team_id?: string | undefined;
  skill?: string | undefined;
}

interface FieldBase<V> {
  name: keyof V & string;
  label: string;
  hint?: ReactNode;
  required?: boolean;
  /** Cannot be changed once the thing exists. */
  fixed?: boolean;
  /** What is wrong with the value, in words. */
  check?: (values: V) => string | undefined;
}

export interface CustomProps<T> {
  value: T;
  onChange: (next: T) => void;
  label: string;
  error: string | undefined;
  disabled: boolean;
}

export type Field<V> = FieldBase<V> &
  (
    | { kind: "text"; type?: "text" | "email" | "url" | "tel" | "date" | "color"; max?: number; pattern?: RegExp; wrong?: string }
    | { kind: "area"; max?: number; rows?: number }
    | { kind: "number"; min: number; max: number; step?: number; unit?: string }
    | { kind: "select"; options: Option[]; none?: string }
    | { kind: "checks"; options: Option[] }
    | { kind: "check" }
    | { kind: "custom"; Control: ComponentType<CustomProps<never>>; say?: (value: never) => string }
  );

export interface Group<V> {
  title?: string;
  about?: ReactNode;
  fields: Field<V>[];
}

export interface Column<R> {
  title: string;
  cell: (row: R, refs: Refs) => ReactNode;
  num?: boolean;
}

export type FilterName = "client_id" | "team_id" | "skill";

/** One kind of thing that is administered over the HTTP interface. */
export interface Resource<R extends Thing, V extends object> {
  section: string;
  path: string;
  /** Who may open the list, and who may change what is in it. */
  read: string;
  write: string;
  icon: IconName;
  title: () => string;
  add?: () => string;
  empty: () => string;
  /** Whether the server itself searches and filters; else what is loaded is. */
  searched?: boolean;
  filters?: FilterName[];
  clientOf?: (row: R) => string | null;
  /** Orders rows that hang below each other. */
  arranged?: (rows: R[]) => R[];
  name: (row: R) => string;
  columns: () => Column<R>[];
  values: (row: R | null, refs: Refs, search: Search) => V;
  groups: (context: { row: R | null; values: V; refs: Refs; rows: R[] }) => Group<V>[];
  save: (values: V, row: R | null, via: Via) => Promise<R>;
  remove?: (row: R, via: Via) => Promise<unknown>;
  removal?: () => string;
  /** Whether one thing has an address of its own; else it is looked for in the list. */
  single?: boolean;
  /** Which field a refusal is about. */
  fieldOf?: Partial<Record<string, keyof V & string>>;
  Beside?: ComponentType<{ row: R; refs: Refs }>;
  /** What is shown once after adding, such as a secret. */
  Once?: ComponentType<{ row: R }>;
}
