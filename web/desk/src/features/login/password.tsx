import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { api, ApiError } from "@/api/client";
import { useT } from "@/i18n";
import { Button } from "@ui/button";
import { PasswordField, TextField } from "@ui/field";
import { Icon } from "@ui/icon";
import { Door, lastTenant } from "./frame";

/** A new password: with the link of a mail one chooses it, without one asks for the mail. */
export function PasswordPage() {
  const [token, setToken] = useState(() => location.hash.slice(1));
  useEffect(() => {
    const changed = () => {
      if (location.hash.length > 1) setToken(location.hash.slice(1));
    };
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return token ? <Choose key={token} token={token} onAnother={() => setToken("")} /> : <Ask />;
}

function Ask() {
  const t = useT();
  const [tenant, setTenant] = useState(lastTenant);
  const [email, setEmail] = useState("");
  const ask = useMutation({
    mutationFn: () => api.post("/password-reset", { tenant: tenant.trim(), email: email.trim() }),
  });
  if (ask.isSuccess) {
    return (
      <Door
        title={t("reset.sent_title")}
        onSubmit={() => ask.reset()}
        actions={
          <>
            <Button type="submit" tone="outline">
              {t("reset.again")}
            </Button>
            <Back />
          </>
        }
      >
        <Told text={t("reset.sent", { email: email.trim() })} />
        <p className="meta">{t("reset.sent_hint")}</p>
      </Door>
    );
  }
  return (
    <Door
      title={t("reset.title")}
      onSubmit={() => ask.mutate()}
      error={ask.error}
      actions={
        <>
          <Button type="submit" tone="primary" isDisabled={ask.isPending}>
            {t("reset.ask")}
          </Button>
          <Back />
        </>
      }
    >
      <p>{t("reset.about")}</p>
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
    </Door>
  );
}

function Choose({ token, onAnother }: { token: string; onAnother: () => void }) {
  const t = useT();
  const [password, setPassword] = useState("");
  const choose = useMutation({
    mutationFn: () => api.post("/password-reset/confirm", { token, password }),
    // Whoever sits here next finds no key in the address.
    onSuccess: () => history.replaceState(history.state, "", location.pathname),
  });
  if (choose.isSuccess) {
    return (
      <Door
        title={t("reset.done_title")}
        onSubmit={() => undefined}
        actions={
          <>
            <Link to="/login" className="button button-primary">
              {t("reset.enter")}
            </Link>
          </>
        }
      >
        <Told text={t("reset.done")} />
      </Door>
    );
  }
  const spent = choose.error instanceof ApiError && choose.error.code === "identity.link_spent";
  return (
    <Door
      title={t("reset.choose_title")}
      onSubmit={() => choose.mutate()}
      error={choose.error}
      actions={
        <>
          <Button type="submit" tone={spent ? "outline" : "primary"} isDisabled={choose.isPending}>
            {t("reset.choose")}
          </Button>
          {spent && (
            <Button tone="primary" onPress={onAnother}>
              {t("reset.another")}
            </Button>
          )}
          <Back />
        </>
      }
    >
      <PasswordField
        label={t("password.new")}
        hint={t("password.rule")}
        show={t("password.show")}
        name="password"
        autoComplete="new-password"
        required
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
    </Door>
  );
}

/** What has happened, said aloud: the page changed under the reader. */
function Told({ text }: { text: string }) {
  const line = useRef<HTMLParagraphElement>(null);
  useEffect(() => line.current?.focus(), []);
  return (
    <p ref={line} tabIndex={-1} className="login-told">
      <Icon name="check" />
      {text}
    </p>
  );
}

function Back() {
  const t = useT();
  return (
    <Link to="/login" className="login-link">
      {t("reset.back")}
    </Link>
  );
}
