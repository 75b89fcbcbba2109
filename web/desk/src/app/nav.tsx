import { Link, useLocation } from "@tanstack/react-router";
import { useEffect, useId, useRef, useState } from "react";
import type { Session } from "@/api/types";
import { useT } from "@/i18n";
import { may, useSession } from "@/session";
import { useBell } from "@/features/mentions/api";
import { useOwedConsults } from "@/consults";
import { useFailedConsults } from "@/features/work/outbox-react";
import { useMineCounts } from "@/features/work/counts";
import { Icon, type IconName } from "@ui/icon";

/** Where a person begins: operators at their work, others at what they are there to see. */
export function startPage(session: Session): "/work" | "/floor" | "/figures" | "/privacy" | "/settings" | "/admin" {
  if (session.operator_id) return "/work";
  // An organisation in which there is nothing yet begins with its first steps.
  if (session.clients.length === 0 && may(session, "tenancy.configure")) return "/admin";
  if (may(session, "insight.floor")) return "/floor";
  if (may(session, "insight.metrics")) return "/figures";
  return may(session, "privacy.read_views") ? "/privacy" : "/settings";
}

/** Any of these opens a page of administration. */
const openingAdmin = [
  "tenancy.configure",
  "tenancy.read_settings",
  "people.assign_skills",
  "conversations.configure_canned",
  "identity.manage_tokens",
];

export function administers(session: Session): boolean {
  return openingAdmin.some((permission) => may(session, permission));
}

interface Entry {
  to: "/work" | "/consults" | "/mentions" | "/floor" | "/conversations" | "/figures" | "/results" | "/planning" | "/rosters" | "/shifts" | "/privacy" | "/admin" | "/settings";
  icon: IconName;
  label: string;
  count?: number;
}

/** Pages that are reached from another one's: that one's entry tells where one is. */
const within: Partial<Record<string, Entry["to"]>> = {
  "/mailroom": "/floor",
  "/intraday": "/planning",
  "/own-days": "/planning",
  "/shift-requests": "/planning",
  "/history": "/planning",
};

/** The pages of the desk that this person may open. */
export function Nav() {
  const t = useT();
  const above = within[useLocation().pathname];
  const session = useSession();
  const counts = useMineCounts();
  const bell = useBell();
  const consults = useOwedConsults().length + useFailedConsults().length;
  const entries: Entry[] = [];
  if (session.operator_id) {
    entries.push({ to: "/work", icon: "inbox", label: t("nav.work"), count: counts.open });
    entries.push({ to: "/consults", icon: "users", label: t("nav.consults"), count: consults });
    entries.push({ to: "/mentions", icon: "at-sign", label: t("nav.mentions"), count: bell.count });
  }
  if (may(session, "conversations.read_all")) {
    entries.push({ to: "/conversations", icon: "list", label: t("nav.conversations") });
  }
  if (may(session, "insight.floor")) {
    entries.push({ to: "/floor", icon: "activity", label: t("nav.floor") });
  }
  if (may(session, "insight.metrics")) {
    entries.push({ to: "/figures", icon: "layout-grid", label: t("nav.figures") });
  }
  if (session.operator_id && may(session, "insight.own_results")) {
    entries.push({ to: "/results", icon: "star", label: t("nav.results") });
  }
  if (session.operator_id && may(session, "workforce.own_shifts")) {
    entries.push({ to: "/shifts", icon: "clock", label: t("nav.shifts") });
  }
  if (may(session, "workforce.read")) {
    entries.push({ to: "/planning", icon: "history", label: t("nav.planning") });
  }
  if (may(session, "workforce.roster")) {
    entries.push({ to: "/rosters", icon: "users", label: t("nav.rosters") });
  }
  if (may(session, "privacy.read_views")) {
    entries.push({ to: "/privacy", icon: "shield-check", label: t("nav.privacy") });
  }
  if (administers(session)) {
    entries.push({ to: "/admin", icon: "building-2", label: t("nav.admin") });
  }
  entries.push({ to: "/settings", icon: "settings", label: t("nav.settings") });
  const most = entries.length <= FEW ? entries.length : FEW - 1;
  const rest = entries.slice(most);
  return (
    <nav className="nav" aria-label={t("nav.label")} data-region>
      <ul>{entries.slice(0, most).map((entry) => link(entry, above))}</ul>
      {rest.length > 0 && <More entries={rest} above={above} />}
    </nav>
  );
}

/** So many places a narrow screen has room for. */
const FEW = 5;

function link({ to, icon, label, count }: Entry, above: Entry["to"] | undefined) {
  return (
    <li key={to}>
      <Link to={to} className="nav-link" activeProps={{ "aria-current": "page" }} aria-current={to === above ? "page" : undefined}>
        <Icon name={icon} />
        <span className="grow clip">{label}</span>
        {count !== undefined && count > 0 && <span className="num meta">{count}</span>}
      </Link>
    </li>
  );
}

/** The other pages: in line where there is room, behind one button on a narrow screen. */
function More({ entries, above }: { entries: readonly Entry[]; above: Entry["to"] | undefined }) {
  const t = useT();
  const id = useId();
  const path = useLocation().pathname;
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => setOpen(false), [path]);
  useEffect(() => {
    if (!open) return;
    const outside = ({ target }: Event) => {
      if (!list.current?.contains(target as Node) && !button.current?.contains(target as Node)) setOpen(false);
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      setOpen(false);
      button.current?.focus();
    };
    document.addEventListener("pointerdown", outside);
    document.addEventListener("focusin", outside);
    document.addEventListener("keydown", onKey, true);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("focusin", outside);
      document.removeEventListener("keydown", onKey, true);
    };
  }, [open]);
  return (
    <>
      <button
        ref={button}
        type="button"
        className="nav-link nav-more"
        aria-expanded={open}
        aria-controls={id}
        aria-label={t("nav.more")}
        title={t("nav.more")}
        onClick={() => setOpen(!open)}
      >
        <Icon name="ellipsis" />
      </button>
      <ul ref={list} id={id} className="nav-rest">
        {entries.map((entry) => link(entry, above))}
      </ul>
    </>
  );
}
