/** What the server refused, told beside the field it is about or above the form. */
import { ApiError } from "@/api/client";
import { explain } from "@/api/words";
import { msg, t } from "@/i18n";
import type { Errors } from "./fields";
import type { Field } from "./model";

const sentences: Record<string, string> = {
  "tenancy.name_taken": msg("admin.error.name_taken"),
  "tenancy.calendar_in_use": msg("admin.error.calendar_in_use"),
  "tenancy.bad_hours": msg("admin.error.bad_hours"),
  "tenancy.bad_setting_value": msg("admin.error.bad_setting_value"),
  "tenancy.setting_in_the_past": msg("admin.error.setting_in_the_past"),
  "tenancy.outside_scope": msg("admin.error.outside_scope"),
  "people.outside_scope": msg("admin.error.outside_scope"),
  "identity.scope_exceeded": msg("admin.error.outside_scope"),
  "people.code_taken": msg("admin.error.code_taken"),
  "people.name_taken": msg("admin.error.name_taken"),
  "people.account_taken": msg("admin.error.account_taken"),
  "people.no_client": msg("admin.error.no_client"),
  "identity.email_taken": msg("admin.error.email_taken"),
  "identity.bad_email": msg("admin.error.bad_email"),
  "identity.own_codes": msg("admin.error.own_codes"),
  "identity.last_admin": msg("admin.error.last_admin"),
  "identity.client_unnamed": msg("admin.error.client_unnamed"),
  "identity.bad_expiry": msg("admin.error.bad_expiry"),
  "routing.name_taken": msg("admin.error.name_taken"),
  "routing.bad_queue": msg("admin.error.bad_queue"),
  "channels.key_taken": msg("admin.error.name_taken"),
  "channels.bad_channel": msg("admin.error.bad_channel"),
  "channels.bad_address": msg("admin.error.bad_address"),
  "channels.webhook_off": msg("admin.error.webhook_off"),
  "configuration.moment_unknown": msg("admin.error.moment_unknown"),
  "conversations.name_taken": msg("admin.error.name_taken"),
  "conversations.bad_reasons": msg("admin.error.bad_reasons"),
  "conversations.unknown_variable": msg("admin.error.unknown_variable"),
};

const configuration: Record<string, string> = {
  "configuration.ground_changed": msg("admin.error.ground_changed"),
  "configuration.cannot_restore": msg("admin.error.cannot_restore"),
  "configuration.nothing_to_restore": msg("admin.error.nothing_to_restore"),
  "configuration.cannot_publish": msg("admin.error.cannot_publish"),
  "configuration.bad_moment": msg("admin.publish.ahead"),
  "configuration.already_decided": msg("admin.error.already_decided"),
  "configuration.no_longer_allowed": msg("admin.error.no_longer_allowed"),
  "configuration.outside_scope": msg("admin.error.outside_scope"),
};

/** What stopped a publication that no room foresaw: the general words would ask to reload a page. */
const unforeseen: Record<string, string> = {
  internal: msg("admin.error.internal"),
  unstorable: msg("admin.error.unstorable"),
  conflict: msg("admin.error.conflict"),
  invalid: msg("admin.error.invalid"),
};

/** Why something kept for later was not done, as it was written down then. */
export function refusalOf(refusal: Record<string, unknown>): string {
  const fields = (refusal.fields ?? {}) as Record<string, unknown>;
  const code = String(refusal.code);
  const general = unforeseen[code];
  if (general) return t(general);
  return reason(new ApiError({ status: 409, code, detail: String(refusal.detail ?? ""), fields }));
}

export function reason(error: unknown): string {
  if (!(error instanceof ApiError)) return explain(error);
  const own = configuration[error.code];
  if (own) {
    const { name, by, because } = (error.problem.fields ?? {}) as Record<string, string>;
    const inner = because && sentences[because] ? t(sentences[because]) : t("admin.error.in_use");
    return t(own, { name: name ?? "", by: by || t("admin.versions.system"), because: inner });
  }
  const id = sentences[error.code];
  return id ? t(id) : explain(error);
}

/** Whether somebody else changed the thing meanwhile. */
export function changedMeanwhile(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409 && error.code.endsWith("_changed");
}

/** The refusal by field; empty when it is about the whole. */
export function byField<V extends object>(
  error: unknown,
  fields: Field<V>[],
  fieldOf: Partial<Record<string, keyof V & string>>,
): Errors<V> {
  const found: Errors<V> = {};
  if (!(error instanceof ApiError)) return found;
  const own = fieldOf[error.code];
  if (own) found[own] = reason(error);
  if (error.code === "invalid") {
    for (const place of Object.keys(error.problem.fields ?? {})) {
      const parts = place.split(".");
      const field = fields.find(({ name }) => parts.includes(name));
      if (field) found[field.name] = t("admin.bad_value");
    }
  }
  return found;
}
