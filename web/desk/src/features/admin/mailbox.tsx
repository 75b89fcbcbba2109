import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { api } from "@/api/client";
import type { AdminChannel, Mailbox, TakenBack, WayBackTo } from "@/api/types";
import { troubleInWords } from "@/api/mailbox/words";
import { explain } from "@/api/words";
import { msg, useT } from "@/i18n";
import { moment } from "@/i18n/format";
import { Pill } from "@ui/bits";
import { Button } from "@ui/button";
import { TextField } from "@ui/field";
import { Icon } from "@ui/icon";
import { say } from "@ui/toast";

const standing = {
  none: { words: msg("admin.mail.access.none"), tone: "plain" },
  given: { words: msg("admin.mail.access.given"), tone: "ok" },
  refused: { words: msg("admin.mail.access.refused"), tone: "bad" },
} as const;

const ended = {
  revoked: msg("admin.mail.ended.revoked"),
  unnamed: msg("admin.mail.ended.unnamed"),
  unconfirmed: msg("admin.mail.ended.unconfirmed"),
} as const;

/** The address that the provider has to know: what the server is called outside, and not what it is called here. */
export function WayBack() {
  const t = useT();
  const { data, error } = useQuery({
    queryKey: ["admin", "mail-way-back"],
    queryFn: ({ signal }) => api.get<WayBackTo>("/mail/way-back", { signal }),
    staleTime: Infinity,
  });
  if (error) return explain(error);
  return t("admin.mail.oauth.about", { address: data?.redirect_uri ?? "…" });
}

/** How a mailbox stands, its secrets, and its access at the provider. */
export function MailboxPanel({ row }: { row: AdminChannel }) {
  const t = useT();
  const path = `/mailboxes/${row.id}`;
  const { data, error } = useQuery({
    queryKey: ["admin", path, row.v],
    queryFn: ({ signal }) => api.get<Mailbox>(path, { signal }),
    refetchInterval: 10_000,
  });
  if (error) return <p className="field-error">{explain(error)}</p>;
  if (!data) return null;
  const oauth = row.settings.oauth as { authorize_url?: string } | undefined;
  return (
    <section className="card stack" aria-labelledby="admin-mailbox">
      <h2 id="admin-mailbox">{t("admin.mail.state")}</h2>
      {data.trouble && (
        <p className="field-error">
          <Icon name="triangle-alert" /> {troubleInWords(data.trouble)}
        </p>
      )}
      <p className="meta">
        {data.read_at ? t("admin.mail.read_at", { when: moment(data.read_at, Date.now()) }) : t("admin.mail.never_read")}
        {" · "}
        {t("admin.mail.ledger", { received: data.ledger.received, waiting: data.ledger.waiting, quarantined: data.ledger.quarantined })}
      </p>
      {oauth && <Access row={row} mailbox={data} canSignIn={Boolean(oauth.authorize_url)} />}
      <Secrets path={path} mailbox={data} oauth={Boolean(oauth)} />
    </section>
  );
}

function useAct(path: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (act: () => Promise<unknown>) => act(),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["admin", path] }),
  });
}

function Access({ row, mailbox, canSignIn }: { row: AdminChannel; mailbox: Mailbox; canSignIn: boolean }) {
  const t = useT();
  const path = `/mailboxes/${row.id}`;
  const act = useAct(path);
  const { words, tone } = standing[mailbox.access];
  const there = mailbox.access !== "none";
  const [over, setOver] = useState<TakenBack | null>(null);
  const signIn = async () => {
    const { url } = await api.post<{ url: string }>(`${path}/sign-in`);
    location.assign(url);
  };
  return (
    <div className="stack">
      <p>
        {t("admin.mail.access")} <Pill tone={tone}>{t(words)}</Pill>
        {mailbox.access_until && (
          <span className="meta"> {t("admin.mail.access.until", { when: moment(mailbox.access_until, Date.now()) })}</span>
        )}
      </p>
      <div className="row-flex wrap">
        {canSignIn && (
          <Button tone={there ? "outline" : "primary"} icon="key-round" onPress={() => act.mutate(signIn)}>
            {there ? t("admin.mail.sign_in_again") : t("admin.mail.sign_in")}
          </Button>
        )}
        {there && (
          <Button tone="outline" icon="refresh-cw" onPress={() => act.mutate(() => api.post(`${path}/renewal`))}>
            {t("admin.mail.renew")}
          </Button>
        )}
        {there && (
          <Button tone="outline" icon="x" onPress={() => act.mutate(async () => setOver(await api.delete<TakenBack>(`${path}/access`)))}>
            {t("admin.mail.take_back")}
          </Button>
        )}
      </div>
      <div role="status">{over && !there && <p>{t(ended[over.provider], { why: over.why ?? "" })}</p>}</div>
      <div role="alert">{act.error && <p className="field-error">{explain(act.error)}</p>}</div>
    </div>
  );
}

/** Secrets go in and never come out: a field says only whether there is one. */
function Secrets({ path, mailbox, oauth }: { path: string; mailbox: Mailbox; oauth: boolean }) {
  const t = useT();
  const act = useAct(path);
  const [typed, setTyped] = useState<Record<string, string>>({});
  const fields = oauth
    ? [{ name: "oauth_client", label: t("admin.mail.client_secret"), there: mailbox.has_oauth_client_secret }]
    : [
        { name: "imap", label: t("admin.mail.password", { what: "IMAP" }), there: mailbox.has_imap_secret },
        { name: "smtp", label: t("admin.mail.password", { what: "SMTP" }), there: mailbox.has_smtp_secret },
      ];
  const given = Object.fromEntries(fields.flatMap(({ name }) => (typed[name] ? [[name, typed[name]]] : [])));
  const keep = (event: FormEvent) => {
    event.preventDefault();
    act.mutate(async () => {
      await api.put(`${path}/secrets`, given);
      setTyped({});
      say(t("admin.mail.secrets_kept"));
    });
  };
  return (
    <form className="stack" onSubmit={keep} autoComplete="off">
      {fields.map(({ name, label, there }) => (
        <TextField
          key={name}
          type="password"
          autoComplete="new-password"
          label={label}
          hint={there ? t("admin.mail.secret.there") : t("admin.mail.secret.none")}
          value={typed[name] ?? ""}
          onChange={(event) => setTyped({ ...typed, [name]: event.target.value })}
        />
      ))}
      <div role="alert">{act.error && <p className="field-error">{explain(act.error)}</p>}</div>
      <div>
        <Button type="submit" tone="outline" isDisabled={Object.keys(given).length === 0 || act.isPending}>
          {t("admin.mail.keep_secrets")}
        </Button>
      </div>
    </form>
  );
}
