import { Link, Navigate, Outlet, useParams } from "@tanstack/react-router";
import { useT } from "@/i18n";
import { useSession } from "@/session";
import { Empty } from "@ui/bits";
import { Icon } from "@ui/icon";
import "@ui/table.css";
import "./admin.css";
import { isSection, sectionsOf } from "./sections";
import "./words";

/** Administration: its own list of pages beside whichever is open. */
export function AdminPage() {
  const t = useT();
  const sections = sectionsOf(useSession());
  const titles: Record<string, string> = {
    "": t("admin.group.start"),
    work: t("admin.group.work"),
    people: t("admin.group.people"),
    words: t("admin.group.words"),
    system: t("admin.group.system"),
  };
  const groups = [...new Set(sections.map(({ group }) => group))];
  return (
    <div className="admin">
      <nav className="admin-nav" aria-label={t("admin.nav")} data-region>
        {groups.map((group) => (
          <div key={group} role="group" aria-label={titles[group]}>
            <p className="menu-header">{titles[group]}</p>
            <ul>
              {sections
                .filter((one) => one.group === group)
                .map(({ name, icon, title }) => (
                  <li key={name}>
                    <Link to="/admin/$section" params={{ section: name }} className="nav-link" activeProps={{ "aria-current": "page" }}>
                      <Icon name={icon} />
                      {title()}
                    </Link>
                  </li>
                ))}
            </ul>
          </div>
        ))}
      </nav>
      <div className="page" data-region tabIndex={-1}>
        <Outlet />
      </div>
    </div>
  );
}

export function AdminHome() {
  const first = sectionsOf(useSession())[0];
  return first ? <Navigate to="/admin/$section" params={{ section: first.name }} replace /> : <Closed section="start" />;
}

export function AdminSection() {
  const { section } = useParams({ from: "/desk/admin/$section" });
  const found = sectionsOf(useSession()).find(({ name }) => name === section);
  return found ? <found.Home key={section} /> : <Closed section={section} />;
}

export function AdminOne() {
  const { section, id } = useParams({ from: "/desk/admin/$section/$id" });
  const found = sectionsOf(useSession()).find(({ name }) => name === section);
  return found?.One ? <found.One key={`${section}/${id}`} id={id} /> : <Closed section={section} />;
}

/** What is not there is not said to be closed to this person. */
function Closed({ section }: { section: string }) {
  const t = useT();
  const title = isSection(section) ? t("admin.denied") : t("missing.title");
  return (
    <>
      <h1 className="hidden-visually">{title}</h1>
      <Empty icon={isSection(section) ? "shield-check" : "search"} title={title} />
    </>
  );
}
