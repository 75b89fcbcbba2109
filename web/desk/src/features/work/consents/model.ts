/** Names of purposes and ways, and the words for what the server declines. */
import { ApiError } from "@/api/client";
import type { ConsentStanding } from "@/api/types";
import { explain } from "@/api/words";
import { msg, t } from "@/i18n";

export type Purpose = ConsentStanding["purpose"];
export type Source = NonNullable<ConsentStanding["source"]>;

export const purposes: Record<Purpose, string> = {
  survey: msg("consent.purpose.survey"),
  notice: msg("consent.purpose.notice"),
};

const ways: Record<Source, string> = {
  page: msg("consent.by.page"),
  one_click: msg("consent.by.one_click"),
  phone: msg("consent.by.phone"),
  writing: msg("consent.by.writing"),
};

/** By which way something was said, and who wrote it down. */
export function way(source: Source, name: string | null): string {
  const how = t(ways[source]);
  return name ? t("consent.written_by", { how, name }) : how;
}

const refusals: Record<string, string> = {
  "customers.said_already": msg("consent.refused.said_already"),
  "customers.note_needed": msg("consent.refused.note_needed"),
  "channels.address_not_proved": msg("consent.refused.not_proved"),
  "channels.not_their_address": msg("consent.refused.not_theirs"),
  "channels.text_changed": msg("consent.refused.text_changed"),
};

export function refused(error: unknown): string {
  const known = error instanceof ApiError ? refusals[error.code] : undefined;
  return known ? t(known) : explain(error);
}
