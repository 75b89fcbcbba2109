/** What is set on a mailbox, as a form has it and as it is kept. */
import { createElement } from "react";
import type { AdminChannel } from "@/api/types";
import { t } from "@/i18n";
import { WayBack } from "./mailbox";
import providers from "./mail-providers.json";
import type { Group } from "./model";

export interface MailValues {
  address: string;
  mail_name: string;
  provider: string | null;
  user: string;
  imap_host: string;
  imap_port: number;
  imap_security: string | null;
  smtp_host: string;
  smtp_port: number;
  smtp_security: string | null;
  oauth_client_id: string;
  authorize_url: string;
  token_url: string;
  scope: string;
  revoke_url: string;
  signature: string;
  mail_survey: boolean;
}

interface Server {
  host?: string;
  port?: number;
  security?: string;
  user?: string;
}
interface OAuth {
  token_url?: string;
  client_id?: string;
  scope?: string;
  authorize_url?: string;
  revoke_url?: string;
}
type Known = keyof typeof providers;

const known = (name: string | null) => (name && name in providers ? providers[name as Known] : null);
const address = /^[^\s@]+@[^\s@]+$/;
const link = /^https?:\/\/\S+$/;

function sameOrigin(one: string, other: string): boolean {
  try {
    return !one || new URL(one).origin === new URL(other).origin;
  } catch {
    return true; // the field itself says that it is no address
  }
}

const sameServer = (one: Server, other: Server | undefined) =>
  one.host === other?.host && one.port === other?.port && one.security === other?.security;

/** Which of the ways in a mailbox has: a provider all of whose settings it has, another that takes no passwords, or passwords. */
function providerOf({ oauth, imap, smtp }: { oauth?: OAuth; imap?: Server; smtp?: Server }): string {
  if (!oauth) return "password";
  const all = ({ oauth: its, ...servers }: (typeof providers)[Known]) =>
    its.token_url === oauth.token_url &&
    its.authorize_url === oauth.authorize_url &&
    its.scope === oauth.scope &&
    sameServer(servers.imap, imap) &&
    sameServer(servers.smtp, smtp);
  return (Object.keys(providers) as Known[]).find((name) => all(providers[name])) ?? "other";
}

export function mailValues(row: AdminChannel | null): MailValues {
  const settings = row?.kind === "email" ? row.settings : {};
  const imap = settings.imap as Server | undefined;
  const smtp = settings.smtp as Server | undefined;
  const oauth = settings.oauth as OAuth | undefined;
  return {
    address: String(settings.address ?? ""),
    mail_name: String(settings.name ?? ""),
    provider: providerOf({ oauth, imap, smtp }),
    user: imap?.user ?? smtp?.user ?? "",
    imap_host: imap?.host ?? "",
    imap_port: imap?.port ?? 993,
    imap_security: imap?.security ?? "tls",
    smtp_host: smtp?.host ?? "",
    smtp_port: smtp?.port ?? 587,
    smtp_security: smtp?.security ?? "starttls",
    oauth_client_id: oauth?.client_id ?? "",
    authorize_url: oauth?.authorize_url ?? "",
    token_url: oauth?.token_url ?? "",
    scope: oauth?.scope ?? "",
    revoke_url: oauth?.revoke_url ?? "",
    signature: String(settings.signature ?? ""),
    mail_survey: Boolean(settings.survey ?? false),
  };
}

/** The settings to be kept, without taking away what the form does not show. */
export function mailSettings(values: MailValues, row: AdminChannel | null): Record<string, unknown> {
  const kept: Record<string, unknown> = { ...row?.settings };
  const preset = known(values.provider);
  const before = mailValues(row).user;
  const typed = values.user.trim();
  // What an existing server is signed in to with stays, unless it is what was shown and was changed.
  const user = (old: Server | undefined) => {
    if (!old) return typed || values.address.trim();
    return typed !== before && (old.user ?? "") === before ? typed : old.user;
  };
  const server = (name: "imap" | "smtp") => {
    const here = { host: values[`${name}_host`].trim(), port: values[`${name}_port`], security: values[`${name}_security`] };
    const now = preset?.[name] ?? here;
    const old = kept[name] as Server | undefined;
    if (now.host) kept[name] = { ...old, ...now, user: user(old) };
    else delete kept[name];
  };
  server("imap");
  server("smtp");
  kept.address = values.address.trim();
  kept.name = values.mail_name.trim();
  kept.signature = values.signature;
  if (values.mail_survey || kept.survey !== undefined) kept.survey = values.mail_survey;
  if (values.provider === "password") delete kept.oauth;
  else {
    const { authorize_url, token_url, scope, revoke_url } = preset?.oauth ?? values;
    kept.oauth = { authorize_url, token_url, scope, revoke_url, client_id: values.oauth_client_id.trim() };
  }
  return kept;
}

const securities = () => [
  { value: "tls", label: "TLS" },
  { value: "starttls", label: "STARTTLS" },
  { value: "none", label: t("admin.mail.security.none") },
];

export function mailGroups<V extends MailValues>(values: V): Group<V>[] {
  const groups: Group<MailValues>[] = [
    {
      title: t("admin.mail"),
      fields: [
        { kind: "text", type: "email", name: "address", label: t("admin.mail.address"), required: true, max: 200, pattern: address, wrong: t("admin.bad_value") },
        { kind: "text", name: "mail_name", label: t("admin.mail.name"), hint: t("admin.mail.name.hint"), max: 120 },
        { kind: "area", name: "signature", label: t("admin.mail.signature"), rows: 3, max: 4_000 },
        { kind: "check", name: "mail_survey", label: t("admin.mail.survey"), hint: t("admin.mail.survey.hint") },
        {
          kind: "select", name: "provider", label: t("admin.mail.provider"), required: true,
          options: [
            { value: "password", label: t("admin.mail.provider.password") },
            ...Object.entries(providers).map(([value, { name }]) => ({ value, label: name })),
            { value: "other", label: t("admin.mail.provider.other") },
          ],
        },
        { kind: "text", name: "user", label: t("admin.mail.user"), hint: t("admin.mail.user.hint"), max: 250 },
      ],
    },
  ];
  if (values.provider !== "password") {
    groups.push({
      title: t("admin.mail.oauth"),
      about: createElement(WayBack),
      fields: [
        { kind: "text", name: "oauth_client_id", label: t("admin.mail.client_id"), required: true, max: 300 },
        ...(values.provider === "other"
          ? [
              { kind: "text" as const, type: "url" as const, name: "authorize_url" as const, label: t("admin.mail.authorize_url"), max: 400, pattern: link, wrong: t("admin.error.bad_link") },
              { kind: "text" as const, type: "url" as const, name: "token_url" as const, label: t("admin.mail.token_url"), required: true, max: 400, pattern: link, wrong: t("admin.error.bad_link") },
              {
                kind: "text" as const, type: "url" as const, name: "revoke_url" as const, label: t("admin.mail.revoke_url"),
                hint: t("admin.mail.revoke_url.hint"), max: 400, pattern: link, wrong: t("admin.error.bad_link"),
                check: (now: MailValues) => (sameOrigin(now.revoke_url, now.token_url) ? undefined : t("admin.mail.revoke_url.elsewhere")),
              },
              { kind: "text" as const, name: "scope" as const, label: t("admin.mail.scope"), max: 1_000 },
            ]
          : []),
      ],
    });
  }
  if (!known(values.provider)) {
    groups.push({
      title: t("admin.mail.servers"),
      about: t("admin.mail.servers.about"),
      fields: (["imap", "smtp"] as const).flatMap((name) => [
        { kind: "text" as const, name: `${name}_host` as const, label: t("admin.mail.host", { what: name.toUpperCase() }), max: 253 },
        { kind: "number" as const, name: `${name}_port` as const, label: t("admin.mail.port", { what: name.toUpperCase() }), required: true, min: 1, max: 65_535 },
        { kind: "select" as const, name: `${name}_security` as const, label: t("admin.mail.security", { what: name.toUpperCase() }), required: true, options: securities() },
      ]),
    });
  }
  // A form of more than these knows these too.
  return groups as unknown as Group<V>[];
}
