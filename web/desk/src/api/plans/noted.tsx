import type { Forecast } from "../types";
import { noted } from "./notes";

/** One note of a list; from before notes had codes there is English alone. */
export function Noted({ note }: { note: Forecast["notes"][number] }) {
  const words = noted(note);
  return <li {...(words ? {} : { lang: "en" })}>{words ?? note.text}</li>;
}
