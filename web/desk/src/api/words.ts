/** The words for a refusal: the server sends a code, the desk owns the sentence. */
import { msg, t } from "@/i18n";
import { ApiError } from "./client";
import type { Problem } from "./types";

const sentences: Record<string, string> = {
  network: msg("error.network"),
  "identity.wrong_credentials": msg("error.credentials"),
  "identity.not_signed_in": msg("error.signed_out"),
  "identity.totp_required": msg("error.totp_required"),
  "identity.wrong_code": msg("error.totp_invalid"),
  "identity.too_many_attempts": msg("error.locked"),
  "identity.wrong_password": msg("error.wrong_password"),
  "identity.weak_password": msg("error.weak_password"),
  "identity.link_spent": msg("error.link_spent"),
  "identity.totp_already_on": msg("error.totp_already_on"),
  "identity.totp_not_started": msg("error.totp_not_started"),
  "identity.not_permitted": msg("error.forbidden"),
  "routing.offer_gone": msg("error.offer_gone"),
  "conversations.not_yours": msg("error.not_owner"),
  "conversations.not_now": msg("error.closed"),
  "conversations.too_many_views": msg("error.too_many_views"),
  "conversations.left_already": msg("undo.left"),
  "conversations.thread_changed": msg("error.stale"),
  "conversations.bad_merge": msg("error.bad_merge"),
  "conversations.bad_consult": msg("error.bad_consult"),
  "conversations.consult_closed": msg("error.consult_closed"),
  "conversations.unknown_consult": msg("error.unknown_consult"),
  "conversations.bad_outcome": msg("error.bad_outcome"),
  "conversations.bad_moment": msg("error.bad_moment"),
  "conversations.unknown_colleague": msg("error.unknown_colleague"),
  "customers.identity_taken": msg("error.identity_taken"),
  "customers.customer_changed": msg("error.customer_changed"),
  "customers.already_merged": msg("error.already_merged"),
  "routing.already_done": msg("error.already_done"),
  "routing.bad_intervention": msg("error.bad_intervention"),
  "routing.may_not_explain": msg("error.may_not_explain"),
};

const byStatus: Record<number, string> = {
  401: msg("error.signed_out"),
  403: msg("error.forbidden"),
  404: msg("error.not_found"),
  409: msg("error.conflict"),
  410: msg("error.gone"),
  413: msg("error.too_large"),
  422: msg("error.invalid"),
  429: msg("error.too_many"),
};

type Explainer = (problem: Problem) => string | undefined;
const explainers = new Map<string, Explainer>();

/** Adds the words for a code of a part of the desk that is loaded only when opened. */
export function alsoExplain(code: string, explainer: Explainer): void {
  explainers.set(code, explainer);
}

/** One sentence for an error, with its code when we have no better words. */
export function explain(error: unknown): string {
  if (!(error instanceof ApiError)) return t("error.unknown", { code: "desk" });
  const known = explainers.get(error.code)?.(error.problem);
  if (known) return known;
  const id = sentences[error.code] ?? byStatus[error.status];
  if (id) return t(id);
  return t("error.unknown", { code: error.problem.request_id ?? error.code });
}

/** The words for a code alone, as kept with an item that was refused. */
export function sentence(code: string): string {
  const id = sentences[code];
  return id ? t(id) : t("error.unknown", { code });
}
