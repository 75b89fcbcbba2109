import type { ComponentType } from "react";
import type { Session } from "@/api/types";
import { may } from "@/session";
import { t } from "@/i18n";
import type { IconName } from "@ui/icon";
import { canned, reasons } from "./canned";
import { channels } from "./channels";
import { clients } from "./clients";
import { One } from "./form";
import { calendars } from "./hours";
import { Import } from "./import";
import { List } from "./list";
import type { Resource, Thing } from "./model";
import { accounts, assigned, operators } from "./people";
import { tokens, webhooks } from "./programs";
import { queues } from "./queues";
import { Settings } from "./settings";
import { skills, teams } from "./skills";
import { Start } from "./start";
import { Versions } from "./versions";

/** A list as the command palette reads it: where it is, and what its things are called. */
export interface Listed {
  path: string;
  searched: boolean;
  named: (row: Thing) => string;
}

export interface Section {
  name: string;
  group: string;
  read: string;
  icon: IconName;
  title: () => string;
  Home: ComponentType;
  One?: ComponentType<{ id: string }>;
  listed?: Listed;
}

function pages<R extends Thing, V extends object>(group: string, resource: Resource<R, V>): Section {
  return {
    name: resource.section,
    group,
    read: resource.read,
    icon: resource.icon,
    title: resource.title,
    Home: () => <List resource={resource} />,
    One: ({ id }) => <One resource={resource} id={id} />,
    listed: { path: resource.path, searched: resource.searched ?? false, named: (row) => resource.name(row as R) },
  };
}

const all: Section[] = [
  { name: "start", group: "", read: "tenancy.configure", icon: "zap", title: () => t("admin.start"), Home: Start },
  pages("work", clients),
  pages("work", calendars),
  pages("work", queues),
  pages("work", channels),
  pages("people", operators),
  pages("people", assigned),
  pages("people", accounts),
  { name: "import", group: "people", read: "identity.manage_accounts", icon: "upload", title: () => t("admin.import"), Home: Import },
  pages("people", skills),
  pages("people", teams),
  pages("words", canned),
  pages("words", reasons),
  pages("system", tokens),
  pages("system", webhooks),
  { name: "versions", group: "system", read: "configuration.read", icon: "history", title: () => t("admin.versions"), Home: Versions },
  { name: "settings", group: "system", read: "tenancy.read_settings", icon: "settings", title: () => t("admin.settings"), Home: Settings },
];

/** The pages of administration that this person may open; the first of a name wins. */
export function sectionsOf(session: Session): Section[] {
  const mine = all.filter(({ read }) => may(session, read));
  return mine.filter(({ name }, at) => mine.findIndex((one) => one.name === name) === at);
}

export function isSection(name: string): boolean {
  return all.some((one) => one.name === name);
}
