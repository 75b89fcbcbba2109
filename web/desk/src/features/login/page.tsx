import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useRouter, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api, ApiError } from "@/api/client";
import { useT } from "@/i18n";
import { sessionQuery } from "@/session";
import { Button } from "@ui/button";
import { PasswordField, TextField } from "@ui/field";
import { Door, lastTenant, rememberTenant } from "./frame";

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
  const [asksCode, setAsksCode] = useState(false);
  const enter = useMutation({
    mutationFn: () =>
      api.post("/session", { tenant: tenant.trim(), email: email.trim(), password, ...(totp ? { totp: totp.trim() } : {}) }),
    onSuccess: async () => {
      rememberTenant(tenant.trim());
      await queries.fetchQuery({ ...sessionQuery, staleTime: 0 });
      router.history.push(next ? `/desk${next.replace(/^\/desk/, "")}` : "/desk/");
    },
    onError: (error) => {
      if (error instanceof ApiError && error.code === "identity.totp_required") setAsksCode(true);
      setTotp("");
    },
  });
  const wrong = enter.error instanceof ApiError && enter.error.code === "identity.wrong_credentials";
  return (
    <Door
      title={t("login.title")}
      onSubmit={() => enter.mutate()}
      // With a code in play the server does not say which of the three was wrong: nor can we.
      error={wrong && asksCode ? t("login.code_wrong") : enter.error}
      actions={
        <>
          <Button type="submit" tone="primary" isDisabled={enter.isPending}>
            {enter.isPending ? t("login.entering") : t("login.enter")}
          </Button>
          <Link to="/password" className="login-link">
            {t("login.forgot")}
          </Link>
        </>
      }
    >
      <TextField
        label={t("login.tenant")}
        hint={t("login.tenant_hint")}
        name="tenant"
        autoComplete="organization"
        autoCapitalize="none"
        spellCheck={false}
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
      <PasswordField
        label={t("login.password")}
        show={t("password.show")}
        name="password"
        autoComplete="current-password"
        required
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      {asksCode && (
        <TextField
          label={t("login.totp")}
          hint={t("login.totp_hint")}
          name="totp"
          autoComplete="one-time-code"
          autoCapitalize="characters"
          spellCheck={false}
          required
          // The field appears because the server asked for it: writing there is the next step.
          ref={(field) => {
            if (field && totp === "") field.focus();
          }}
          value={totp}
          onChange={(event) => setTotp(event.target.value)}
        />
      )}
    </Door>
  );
}
