import { lazy, type ComponentType } from "react";
import { patiently } from "@/patience";

/** A part of the page that nobody asked for and that comes late: where the line is cut just then, it comes when the line is back. */
export function latePart<Props extends object>(load: () => Promise<ComponentType<Props>>) {
  return lazy<ComponentType<Props>>(async () => ({ default: await patiently(load) }));
}
