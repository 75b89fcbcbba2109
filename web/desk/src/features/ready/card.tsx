import type { ReactNode } from "react";
import { useT } from "@/i18n";
import { Pill, type Tone } from "@ui/bits";
import { Icon, type IconName } from "@ui/icon";
import type { Verdict } from "./judge";

export const tones: Record<Verdict, Tone> = { good: "ok", fair: "warn", bad: "bad" };
export const icons: Record<Verdict, IconName> = { good: "check", fair: "triangle-alert", bad: "circle-alert" };

/** A verdict in a word, with its sign. */
export function VerdictPill({ verdict }: { verdict: Verdict }) {
  const t = useT();
  const words: Record<Verdict, string> = { good: t("ready.good"), fair: t("ready.fair"), bad: t("ready.bad") };
  return (
    <Pill tone={tones[verdict]} icon={icons[verdict]}>
      {words[verdict]}
    </Pill>
  );
}

interface CardProps {
  title: string;
  icon: IconName;
  verdict: Verdict | undefined;
  children: ReactNode;
}

/** One thing that is checked: its name, its verdict, what was found and what to do. */
export function Card({ title, icon, verdict, children }: CardProps) {
  const t = useT();
  return (
    <section className="card stack ready-card" aria-label={title}>
      <h2>
        <Icon name={icon} />
        <span className="grow">{title}</span>
        {verdict ? <VerdictPill verdict={verdict} /> : <Pill>{t("ready.open")}</Pill>}
      </h2>
      {children}
    </section>
  );
}
