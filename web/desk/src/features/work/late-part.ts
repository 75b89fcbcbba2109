import { lazy, type ComponentType } from "react";

/** A part of the page that nobody asked for and that comes late: where the line is cut just then, it is missing, and not the desk. */
export function latePart<Props extends object>(load: () => Promise<ComponentType<Props>>) {
  return lazy<ComponentType<Props>>(async () => ({ default: await load().catch(() => () => null) }));
}
