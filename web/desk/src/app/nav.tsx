import { Link, useLocation } from "@tanstack/react-router";
import { useEffect, useId, useRef, useState } from "react";
import type { Session } from "@/api/types";
import { msg, useT } from "@/i18n";
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

export type PagePath = "/work" | "/consults" | "/mentions" | "/floor" | "/conversations" | "/figures" | "/results" | "/planning" | "/rosters" | "/shifts" | "/privacy" | "/admin" | "/settings";

interface Entry {
  to: PagePath;
  icon: IconName;
  label: string;
  count?: number | undefined;
}

/** The pages of the desk that a person may open; the label is the id of its words. */
export function pagesOf(session: Session): Entry[] {
  const works = session.operator_id !== null;
  const pages: readonly [boolean, PagePath, IconName, string][] = [
    [works, "/work", "inbox", msg("nav.work")],
    [works, "/consults", "users", msg("nav.consults")],
    [works, "/mentions", "at-sign", msg("nav.mentions")],
    [may(session, "conversations.read_all"), "/conversations", "list", msg("nav.conversations")],
    [may(session, "insight.floor"), "/floor", "activity", msg("nav.floor")],
    [may(session, "insight.metrics"), "/figures", "layout-grid", msg("nav.figures")],
    [works && may(session, "insight.own_results"), "/results", "star", msg("nav.results")],
    [works && may(session, "workforce.own_shifts"), "/shifts", "clock", msg("nav.shifts")],
    [may(session, "workforce.read"), "/planning", "history", msg("nav.planning")],
    [may(session, "workforce.roster"), "/rosters", "users", msg("nav.rosters")],
    [may(session, "privacy.read_views"), "/privacy", "shield-check", msg("nav.privacy")],
    [administers(session), "/admin", "building-2", msg("nav.admin")],
    [true, "/settings", "settings", msg("nav.settings")],
  ];
  return pages.filter(([opens]) => opens).map(([, to, icon, label]) => ({ to, icon, label }));
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
  const waiting: Partial<Record<PagePath, number>> = {
    "/work": counts.open,
    "/consults": consults,
    "/mentions": bell.count,
  };
  const entries = pagesOf(session).map((page) => ({ ...page, label: t(page.label), count: waiting[page.to] }));
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
