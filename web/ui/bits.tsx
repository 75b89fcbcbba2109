import type { ReactNode } from "react";
import { Icon, type IconName } from "./icon";

export type Tone = "plain" | "ok" | "warn" | "bad" | "info" | "primary";

/** A small rounded mark: a state or a number with a meaning. */
export function Pill({ tone = "plain", icon, children }: { tone?: Tone; icon?: IconName; children: ReactNode }) {
  return (
    <span className={tone === "plain" ? "pill" : `pill tone-${tone}`}>
      {icon && <Icon name={icon} />}
      {children}
    </span>
  );
}

/** What a screen shows when it has nothing, with the next step. */
export function Empty({ icon, title, children }: { icon: IconName; title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <Icon name={icon} />
      <p>{title}</p>
      {children}
    </div>
  );
}

/** Grey bars while something loads; invisible for the first 150 ms. */
export function Skeleton({ lines = 3, label }: { lines?: number; label: string }) {
  return (
    <div role="status" aria-label={label} className="stack">
      {Array.from({ length: lines }, (_, line) => (
        <div key={line} className="skeleton" />
      ))}
    </div>
  );
}

/** A round mark with a person's initials. */
export function Avatar({ name }: { name: string }) {
  const initials = name
    .split(/\s+/)
    .slice(0, 2)
    .map((part) => part.charAt(0))
    .join("");
  return (
    <span className="avatar" aria-hidden="true">
      {initials}
    </span>
  );
}
