/** Why an agreement was not taken in or ended, in words. */
import { ApiError } from "@/api/client";
import { explain } from "@/api/words";
import { msg, t } from "@/i18n";

const sentences: Record<string, string> = {
  "privacy.bad_dates": msg("privacy.bad_dates"),
  "privacy.document_too_large": msg("privacy.too_large"),
  "privacy.not_a_document": msg("privacy.not_a_document"),
  "privacy.outside_scope": msg("privacy.outside_scope"),
  "privacy.unknown_field": msg("privacy.which"),
};

export function refusalWords(error: unknown): string {
  const words = error instanceof ApiError ? sentences[error.code] : undefined;
  return words ? t(words) : explain(error);
}
