import { Link } from "@tanstack/react-router";
import { useT } from "@/i18n";
import { may, useSession } from "@/session";

/** The pages of planning, as ways from one to the other. */
export function Sections() {
  const t = useT();
  const session = useSession();
  const plans = may(session, "workforce.plan");
  const pages = [
    { to: "/planning", label: t("nav.planning") },
    { to: "/intraday", label: t("intraday.title") },
    { to: "/own-days", label: t("events.title") },
    ...(may(session, "workforce.roster") ? ([{ to: "/shift-requests", label: t("asked.title") }] as const) : []),
    ...(plans ? ([{ to: "/history", label: t("came.title") }] as const) : []),
  ] as const;
  return (
    <nav className="plan-sections" aria-label={t("plan.sections")}>
      {pages.map(({ to, label }) => (
        <Link key={to} to={to} activeOptions={{ exact: true, includeSearch: false }} activeProps={{ "aria-current": "page" }}>
          {label}
        </Link>
      ))}
    </nav>
  );
}
