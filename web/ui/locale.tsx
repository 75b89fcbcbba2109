import type { ReactNode } from "react";
import { I18nProvider } from "react-aria-components";

/** Tells the controls which language to speak to screen readers. */
export function ControlsLanguage({ locale, children }: { locale: string; children: ReactNode }) {
  return <I18nProvider locale={locale}>{children}</I18nProvider>;
}
