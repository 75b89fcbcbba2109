import { Link, useLocation } from "@tanstack/react-router";
import type { Session } from "@/api/types";
import { useT } from "@/i18n";
import { may, useSession } from "@/session";
import { useBell } from "@/features/mentions/api";
import { useOwedConsults } from "@/consults";
import { useFailedConsults } from "@/features/work/outbox-react";
import { useMineCounts } from "@/features/work/counts";
import { Icon, type IconName } from "@ui/icon";

/** Where a person begins: operators at their work, others at what they are there to see. */
export function startPage(session: Session): "/work" | "/floor" | "/figures" | "/settings" | "/admin" {
  if (session.operator_id) return "/work";
  // An organisation in which there is nothing yet begins with its first steps.
  if (session.clients.length === 0 && may(session, "tenancy.configure")) return "/admin";
  if (may(session, "insight.floor")) return "/floor";
  return may(session, "insight.metrics") ? "/figures" : "/settings";
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
  to: "/work" | "/consults" | "/mentions" | "/floor" | "/conversations" | "/figures" | "/results" | "/planning" | "/rosters" | "/shifts" | "/admin" | "/settings";
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
  if (administers(session)) {
    entries.push({ to: "/admin", icon: "building-2", label: t("nav.admin") });
  }
  entries.push({ to: "/settings", icon: "settings", label: t("nav.settings") });
  return (
    <nav className="nav" aria-label={t("nav.label")} data-region>
      <ul>
        {entries.map(({ to, icon, label, count }) => (
          <li key={to}>
            <Link to={to} className="nav-link" activeProps={{ "aria-current": "page" }} aria-current={to === above ? "page" : undefined}>
              <Icon name={icon} />
              <span className="grow clip">{label}</span>
              {count !== undefined && count > 0 && <span className="num meta">{count}</span>}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
