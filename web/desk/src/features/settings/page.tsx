import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import { explain } from "@/api/words";
import type { Page } from "@/api/types";
import { locale, speak, useT, type Locale } from "@/i18n";
import { moment } from "@/i18n/format";
import { KeyTable } from "@/keys/table";
import { useLive } from "@/live/react";
import { signOut, useSession } from "@/session";
import { change, rememberLocale, useSettings, type Density, type Theme } from "@/settings";
import { Button } from "@ui/button";
import { Select } from "@ui/field";
import "./settings.css";

/** Own profile: looks, language, keys, and where one is signed in. */
export function SettingsPage() {
  const t = useT();
  const session = useSession();
  const queries = useQueryClient();
  const { theme, density, singleKeys } = useSettings();
  return (
    <div className="page" data-region tabIndex={-1}>
      <h1>{t("nav.settings")}</h1>
      <div className="settings">
        <section className="card stack" aria-labelledby="set-me">
          <h2 id="set-me">{session.account.name}</h2>
          <p className="meta">
            {session.account.email} · {session.tenant.name}
          </p>
          <div>
            <Button tone="outline" icon="log-out" onPress={() => void signOut(queries)}>
              {t("profile.sign_out")}
            </Button>
          </div>
        </section>
        <section className="card stack" aria-labelledby="set-looks">
          <h2 id="set-looks">{t("settings.looks")}</h2>
          <Select label={t("theme.title")} value={theme} onChange={(event) => change({ theme: event.target.value as Theme })}>
            <option value="auto">{t("theme.auto")}</option>
            <option value="light">{t("theme.light")}</option>
            <option value="dark">{t("theme.dark")}</option>
            <option value="contrast">{t("theme.contrast")}</option>
          </Select>
          <Select
            label={t("settings.density")}
            value={density}
            onChange={(event) => change({ density: event.target.value as Density })}
          >
            <option value="comfortable">{t("settings.comfortable")}</option>
            <option value="compact">{t("settings.compact")}</option>
          </Select>
          <Select
            label={t("language.title")}
            value={locale()}
            onChange={(event) => {
              rememberLocale(event.target.value);
              void speak(event.target.value as Locale);
            }}
          >
            <option value="it">Italiano</option>
            <option value="en">English</option>
          </Select>
        </section>
        <Sessions />
        <section className="card stack settings-wide" aria-labelledby="set-keys">
          <h2 id="set-keys">{t("help.title")}</h2>
          <label className="row-flex">
            <input
              type="checkbox"
              checked={singleKeys}
              onChange={(event) => change({ singleKeys: event.target.checked })}
            />
            {t("settings.single_keys")}
          </label>
          <p className="meta">{t("settings.single_keys_hint")}</p>
          <KeyTable />
        </section>
      </div>
    </div>
  );
}

interface SignIn {
  id: string;
  current?: boolean;
  user_agent?: string | null;
  created_at?: string;
  last_seen_at?: string | null;
}

function Sessions() {
  const t = useT();
  const { engine } = useLive();
  const queries = useQueryClient();
  const list = useQuery({
    queryKey: ["sessions"],
    queryFn: async () => {
      const body = await api.get<SignIn[] | Page<SignIn>>("/sessions");
      return Array.isArray(body) ? body : body.items;
    },
  });
  const end = useMutation({
    mutationFn: (id: string) => api.delete(`/sessions/${id}`),
    onSettled: () => queries.invalidateQueries({ queryKey: ["sessions"] }),
  });
  return (
    <section className="card stack" aria-labelledby="set-sessions">
      <h2 id="set-sessions">{t("settings.sessions")}</h2>
      {list.error && <p className="meta">{explain(list.error)}</p>}
      <ul className="stack">
        {(list.data ?? []).map((one) => {
          const seen = one.last_seen_at ?? one.created_at;
          return (
            <li key={one.id} className="row-flex">
              <span className="grow">
                {one.current ? t("settings.this_browser") : device(one.user_agent)}
                {seen && <span className="meta num"> {moment(seen, engine.serverNow())}</span>}
              </span>
              {!one.current && (
                <Button tone="outline" isDisabled={end.isPending} onPress={() => end.mutate(one.id)}>
                  {t("settings.end_session")}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** The browser and system of a sign-in, from what the browser said about itself. */
function device(told: string | null | undefined): string {
  const browser = /(Firefox|Edg|Chrome|Safari)\//.exec(told ?? "")?.[1] ?? "?";
  const system = /(Windows|Mac OS|Android|iPhone|Linux)/.exec(told ?? "")?.[1] ?? "";
  return [browser === "Edg" ? "Edge" : browser, system].filter(Boolean).join(" · ");
}
