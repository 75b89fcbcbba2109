import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { locale, speak, useT } from "@/i18n";
import { ownLanguages } from "@/i18n/format";
import { KeyTable } from "@/keys/table";
import { prefer } from "@/preferences";
import { signOut, useSession } from "@/session";
import { change, rememberLocale, useSettings, type Density, type Theme } from "@/settings";
import { Button } from "@ui/button";
import { Select } from "@ui/field";
import { Codes } from "./codes";
import { ChangePassword } from "./password";
import { SignIns } from "./sign-ins";
import { Sound } from "./sound";
import "./settings.css";

const KeysDialog = lazy(() => import("./keys").then((module) => ({ default: module.KeysDialog })));

/** Own profile: looks, language, keys, and where one is signed in. */
export function SettingsPage() {
  const t = useT();
  const session = useSession();
  const queries = useQueryClient();
  const [changing, setChanging] = useState(false);
  const [moving, setMoving] = useState(false);
  const { theme, density, singleKeys, plainField } = useSettings();
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
              void speak(event.target.value);
            }}
          >
            {ownLanguages().map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </Select>
          <label className="row-flex">
            <input
              type="checkbox"
              checked={plainField}
              onChange={(event) => void prefer(session.account.id, { plainField: event.target.checked })}
            />
            {t("settings.plain_field")}
          </label>
          <p className="meta">{t("settings.plain_field_hint")}</p>
        </section>
        <section className="card stack" aria-labelledby="set-security">
          <h2 id="set-security">{t("settings.security")}</h2>
          <div>
            <Button tone="outline" icon="key-round" onPress={() => setChanging(true)}>
              {t("password.change")}
            </Button>
          </div>
          <Codes />
          {changing && <ChangePassword onClose={() => setChanging(false)} />}
        </section>
        <Sound />
        <SignIns />
        <section className="card stack settings-wide" aria-labelledby="set-keys">
          <h2 id="set-keys">{t("help.title")}</h2>
          <label className="row-flex">
            <input
              type="checkbox"
              checked={singleKeys}
              onChange={(event) => void prefer(session.account.id, { singleKeys: event.target.checked })}
            />
            {t("settings.single_keys")}
          </label>
          <p className="meta">{t("settings.single_keys_hint")}</p>
          <div>
            <Button tone="outline" icon="keyboard" onPress={() => setMoving(true)}>
              {t("settings.move_keys")}
            </Button>
          </div>
          <KeyTable />
          {moving && (
            <Suspense>
              <KeysDialog onClose={() => setMoving(false)} />
            </Suspense>
          )}
        </section>
      </div>
    </div>
  );
}
