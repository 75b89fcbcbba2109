import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter, useSearch } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { api, ApiError } from "@/api/client";
import { explain } from "@/api/words";
import { locale, speak, useT, type Locale } from "@/i18n";
import { sessionQuery } from "@/session";
import { rememberLocale } from "@/settings";
import { Button } from "@ui/button";
import { TextField } from "@ui/field";
import { Icon } from "@ui/icon";
import { Segments } from "@ui/segments";

function lastTenant(): string {
  try {
    return localStorage.getItem("ascolto.tenant") ?? "";
  } catch {
    return "";
  }
}

const totpCodes = new Set(["identity.totp_required", "identity.wrong_code"]);

/** The way in: organisation, e-mail, password, and the second factor when the account has one. */
export function LoginPage() {
  const t = useT();
  const router = useRouter();
  const queries = useQueryClient();
  const { next } = useSearch({ from: "/login" });
  const [tenant, setTenant] = useState(lastTenant);
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [totp, setTotp] = useState("");
  const enter = useMutation({
    mutationFn: () => api.post("/session", { tenant: tenant.trim(), email: email.trim(), password, ...(totp ? { totp } : {}) }),
    onSuccess: async () => {
      try {
        localStorage.setItem("ascolto.tenant", tenant.trim());
      } catch {
        /* not remembered, then */
      }
      await queries.fetchQuery({ ...sessionQuery, staleTime: 0 });
      router.history.push(next ? `/desk${next.replace(/^\/desk/, "")}` : "/desk/work");
    },
  });
  const code = enter.error instanceof ApiError ? enter.error.code : "";
  const wantsTotp = totpCodes.has(code) || totp !== "";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    enter.mutate();
  };
  return (
    <main className="login">
      <form className="card login-card" onSubmit={submit} aria-labelledby="login-title">
        <div className="row-flex">
          <img src="/desk/icon.svg" alt="" width="32" height="32" />
          <h1 id="login-title">{t("login.title")}</h1>
        </div>
        <TextField
          label={t("login.tenant")}
          hint={t("login.tenant_hint")}
          name="tenant"
          autoComplete="organization"
          autoCapitalize="none"
          required
          value={tenant}
          onChange={(event) => setTenant(event.target.value)}
        />
        <TextField
          label={t("login.email")}
          name="email"
          type="email"
          autoComplete="username"
          required
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <TextField
          label={t("login.password")}
          name="password"
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        {wantsTotp && (
          <TextField
            label={t("login.totp")}
            hint={t("login.totp_hint")}
            name="totp"
            inputMode="numeric"
            autoComplete="one-time-code"
            required
            // The field appears because the server asked for it: writing there is the next step.
            ref={(field) => {
              if (field && totp === "") field.focus();
            }}
            value={totp}
            onChange={(event) => setTotp(event.target.value)}
          />
        )}
        <div role="alert">
          {enter.error && (
            <p className="field-error">
              <Icon name="circle-alert" />
              {explain(enter.error)}
            </p>
          )}
        </div>
        <Button type="submit" tone="primary" isDisabled={enter.isPending}>
          {enter.isPending ? t("login.entering") : t("login.enter")}
        </Button>
      </form>
      <Segments
        label={t("language.title")}
        value={locale()}
        options={[
          { value: "it", label: "Italiano" },
          { value: "en", label: "English" },
        ]}
        onChange={(name: Locale) => {
          rememberLocale(name);
          void speak(name);
        }}
      />
    </main>
  );
}
