import { useEffect, type FormEvent, type ReactNode } from "react";
import { explain } from "@/api/words";
import { locale, speak, useT } from "@/i18n";
import { ownLanguages } from "@/i18n/format";
import { rememberLocale } from "@/settings";
import { Icon } from "@ui/icon";
import { Segments } from "@ui/segments";

interface DoorProps {
  title: string;
  onSubmit: () => void;
  error?: unknown;
  /** What can be done here, below what went wrong. */
  actions: ReactNode;
  children?: ReactNode;
}

/** A page before the desk: one card with one thing to do, and the choice of the language. */
export function Door({ title, onSubmit, error, actions, children }: DoorProps) {
  const t = useT();
  useEffect(() => {
    document.title = `${title} · Ascolto`;
    return () => {
      document.title = "Ascolto";
    };
  }, [title]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <main className="login">
      <form className="card login-card" onSubmit={submit} aria-labelledby="login-title">
        <div className="row-flex">
          <img src="/desk/icon.svg" alt="" width="32" height="32" />
          <h1 id="login-title">{title}</h1>
        </div>
        {children}
        <div role="alert" className="login-error">
          {error ? (
            <p className="field-error">
              <Icon name="circle-alert" />
              {typeof error === "string" ? error : explain(error)}
            </p>
          ) : null}
        </div>
        {actions}
      </form>
      <Segments
        label={t("language.title")}
        value={locale()}
        options={ownLanguages()}
        onChange={(name) => {
          rememberLocale(name);
          void speak(name);
        }}
      />
    </main>
  );
}

const key = "ascolto.tenant";

/** The organisation of the last sign-in on this browser. */
export function lastTenant(): string {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

export function rememberTenant(name: string): void {
  try {
    localStorage.setItem(key, name);
  } catch {
    /* not remembered, then */
  }
}
