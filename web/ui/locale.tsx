import type { ReactNode } from "react";
import { I18nProvider } from "react-aria-components";

/** Tells the controls which language to speak to screen readers. */
export function ControlsLanguage({ locale, children }: { locale: "it" | "en"; children: ReactNode }) {
  return <I18nProvider locale={locale === "it" ? "it-IT" : "en-US"}>{children}</I18nProvider>;
}
