import { Link } from "@tanstack/react-router";
import { useT } from "@/i18n";
import { may, useSession } from "@/session";

/** The pages of planning, as ways from one to the other. */
export function Sections() {
  const t = useT();
  const plans = may(useSession(), "workforce.plan");
  const pages = [
    { to: "/planning", label: t("nav.planning") },
    { to: "/intraday", label: t("intraday.title") },
    { to: "/own-days", label: t("events.title") },
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
