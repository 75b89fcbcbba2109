/** What a look was at, in words. */
import { msg, t } from "@/i18n";
import "./words";

/** The fields of one person that an agreement can unlock. */
export const fieldNames: Record<string, string> = {
  active_work: msg("look.field.active_work"),
  adherence: msg("look.field.adherence"),
  breaks: msg("look.field.breaks"),
  handle_time: msg("look.field.handle_time"),
  handled: msg("look.field.handled"),
  missed_offers: msg("look.field.missed_offers"),
  occupancy: msg("look.field.occupancy"),
  state: msg("look.field.state"),
  state_since: msg("look.field.state_since"),
  surveys: msg("look.field.surveys"),
  wrap_up_time: msg("look.field.wrap_up_time"),
};

/** A field's name, or its code when a newer server knows more. */
export function fieldName(field: string): string {
  const words = fieldNames[field];
  return words ? t(words) : field;
}

/** "floor: handled, state" in words; what is not written so is told as it is. */
export function whatWords(what: string): string {
  if (what === "routing.why_not") return t("look.why_not");
  const [, fields] = /^\w+: (.+)$/.exec(what) ?? [];
  return fields ? fields.split(", ").map(fieldName).join(", ") : what;
}

/** Why somebody looked: their own words, or that they asked about one piece of work. */
export function whyWords({ what, why }: { what: string; why: string }): string {
  return what === "routing.why_not" ? t("look.about_work") : why;
}
