import { Link } from "@tanstack/react-router";
import type { ConfigChange } from "@/api/types";
import { msg, useT } from "@/i18n";
import { moment } from "@/i18n/format";
import { useLive } from "@/live/react";
import { named, useRefs, type Refs } from "./refs";
import { kindNames } from "./versions";
import { sectionOf } from "./via";

const fieldNames: Record<string, string> = {
  name: msg("admin.name"),
  display_name: msg("admin.name"),
  title: msg("admin.canned.title"),
  text: msg("admin.canned.text"),
  key: msg("admin.canned.key"),
  code: msg("admin.field.code"),
  client_id: msg("list.client"),
  clients: msg("admin.field.clients"),
  skills: msg("admin.field.skills"),
  team_id: msg("admin.field.team"),
  account_id: msg("admin.field.account"),
  languages: msg("admin.field.languages"),
  capacity: msg("admin.field.capacity"),
  budget: msg("admin.field.budget"),
  place: msg("admin.field.place"),
  country: msg("admin.field.country"),
  channel: msg("admin.field.channel"),
  kind: msg("admin.field.channel"),
  priority: msg("admin.field.priority"),
  rings: msg("admin.field.rings"),
  target_s: msg("admin.field.target_s"),
  target_share: msg("admin.field.target_share"),
  offer_timeout_s: msg("admin.field.offer_timeout_s"),
  long_work_s: msg("admin.field.long_work_s"),
  wrap_up_s: msg("admin.field.wrap_up_s"),
  overflow_queue_id: msg("admin.field.overflow_queue"),
  overflow_after_s: msg("admin.field.overflow_after_s"),
  calendar_id: msg("admin.field.hours"),
  default_calendar_id: msg("admin.field.hours"),
  hours: msg("admin.field.hours"),
  eu_only: msg("admin.field.eu_only"),
  message: msg("admin.field.message"),
  queue_id: msg("admin.field.queue"),
  settings: msg("admin.field.settings"),
  active: msg("admin.field.active"),
  color: msg("admin.field.color"),
  contact: msg("admin.field.contact"),
  legal_name: msg("admin.field.legal_name"),
  sector: msg("admin.field.sector"),
  language: msg("language.title"),
  parent_id: msg("admin.reason.below"),
  position: msg("admin.position"),
  public_key: msg("admin.field.public_key"),
  label: msg("admin.field.label"),
  value: msg("admin.set.value"),
  valid_from: msg("admin.set.from"),
  planned: msg("admin.set.coming"),
  scopes: msg("admin.scopes"),
  kinds: msg("admin.webhook.kinds"),
  url: msg("admin.url"),
  expires_at: msg("admin.expires"),
  account: msg("admin.field.account"),
};
const how = { added: msg("admin.diff.added"), changed: msg("admin.diff.changed"), removed: msg("admin.diff.removed") };
const tones = { added: "ok", changed: "info", removed: "bad" } as const;

/** What changed, thing by thing and field by field: before and after, never by colour alone. */
export function Changes({ changes }: { changes: ConfigChange[] }) {
  const t = useT();
  const refs = useRefs();
  return (
    <ul className="stack admin-diff">
      {changes.map((change) => (
        <li key={`${change.kind}/${change.thing}`}>
          <p className="row-flex wrap">
            <span className={`pill tone-${tones[change.change]}`}>{t(how[change.change])}</span>
            <span>
              {t(kindNames[change.kind] ?? change.kind)} <Named change={change} />
            </span>
          </p>
          {change.change === "changed" && (
            <dl>
              {change.fields.map((field) => (
                <div key={field.name}>
                  <dt>{fieldNames[field.name] ? t(fieldNames[field.name]!) : field.name}</dt>
                  <dd>
                    <del>
                      <span className="hidden-visually">{t("admin.diff.before")} </span>
                      <Value name={field.name} value={differing(field.before, field.after)} refs={refs} />
                    </del>{" "}
                    <ins>
                      <span className="hidden-visually">{t("admin.diff.after")} </span>
                      <Value name={field.name} value={differing(field.after, field.before)} refs={refs} />
                    </ins>
                  </dd>
                </div>
              ))}
            </dl>
          )}
        </li>
      ))}
    </ul>
  );
}

function Named({ change }: { change: ConfigChange }) {
  const section = sectionOf[change.kind];
  if (!section || change.change === "removed") return <strong>{change.name}</strong>;
  return (
    <Link to="/admin/$section/$id" params={{ section, id: change.thing }} search={{}}>
      <strong>{change.name}</strong>
    </Link>
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What of a value of many parts is not alike in another, or nothing; any other value whole. */
function differing(value: unknown, other: unknown): unknown {
  if (!isRecord(value) || !isRecord(other)) return value;
  const parts = Object.entries(value).filter(([name, part]) => JSON.stringify(part) !== JSON.stringify(other[name]));
  return parts.length > 0 ? Object.fromEntries(parts) : null;
}

interface Coming {
  valid_from: string;
  value: unknown;
}

function Value({ name, value, refs }: { name: string; value: unknown; refs: Refs }) {
  const t = useT();
  const now = useLive().engine.serverNow();
  if (value === null || value === undefined || value === "") return <>{t("admin.nothing")}</>;
  if (Array.isArray(value) && (name === "scopes" || name === "kinds")) return <>{value.join(", ")}</>;
  if (name === "expires_at" || name === "valid_from") return <>{moment(String(value), now)}</>;
  if (name === "planned") return <>{(value as Coming[]).map((one) => `${moment(one.valid_from, now)}: ${JSON.stringify(one.value)}`).join(", ")}</>;
  if (typeof value === "boolean") return <>{value ? t("admin.yes") : t("admin.no")}</>;
  if (typeof value === "string") return <>{nameIn(name, value, refs) || value}</>;
  if (name === "clients") return <>{(value as string[]).map((id) => named(refs.clients, id) || id).join(", ") || t("admin.nothing")}</>;
  if (name === "skills") {
    const held = Object.entries(value as Record<string, [number, string | null]>);
    return <>{held.map(([code, [level]]) => `${refs.skills.find((one) => one.code === code)?.name ?? code} ${level}`).join(", ") || t("admin.nothing")}</>;
  }
  return <>{typeof value === "object" ? JSON.stringify(value) : String(value)}</>;
}

function nameIn(field: string, id: string, refs: Refs): string {
  if (field === "client_id") return named(refs.clients, id);
  if (field === "team_id") return named(refs.teams, id);
  if (field.endsWith("queue_id")) return named(refs.queues, id);
  if (field.endsWith("calendar_id")) return named(refs.calendars, id);
  return "";
}
