import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { sessionQuery } from "@/session";
import { WorkPage } from "@/features/work/page";
import { Broken, Missing } from "./broken";
import { DeskLayout } from "./layout";
import { startPage } from "./nav";

interface Context {
  queries: QueryClient;
}

const root = createRootRouteWithContext<Context>()({
  component: Outlet,
  errorComponent: Broken,
  notFoundComponent: Missing,
});

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: (search: Record<string, unknown>): { next?: string } =>
    typeof search.next === "string" && search.next.startsWith("/") && !search.next.startsWith("//")
      ? { next: search.next }
      : {},
  component: lazyRouteComponent(() => import("@/features/login/page"), "LoginPage"),
});

/** The letters' links end here: `/desk/password#…`. */
const password = createRoute({
  getParentRoute: () => root,
  path: "/password",
  component: lazyRouteComponent(() => import("@/features/login/password"), "PasswordPage"),
});

/** A wall's link: `/desk/screen#…`; without a token it shows the floor of one's own session. */
const screen = createRoute({
  getParentRoute: () => root,
  path: "/screen",
  component: lazyRouteComponent(() => import("@/features/screen/page"), "ScreenPage"),
});

const desk = createRoute({
  getParentRoute: () => root,
  id: "desk",
  component: DeskLayout,
  beforeLoad: async ({ context, location }) => {
    const session = await context.queries.ensureQueryData(sessionQuery);
    if (!session) {
      throw redirect({ to: "/login", search: { next: location.href } });
    }
  },
});

const home = createRoute({
  getParentRoute: () => desk,
  path: "/",
  beforeLoad: async ({ context }) => {
    const session = await context.queries.ensureQueryData(sessionQuery);
    throw redirect({ to: session ? startPage(session) : "/login" });
  },
});

export interface WorkSearch {
  view?: "snoozed" | undefined;
  sort?: "new" | undefined;
  client?: string | undefined;
  q?: string | undefined;
}

const text = (value: unknown) => (typeof value === "string" && value ? value : undefined);

const work = createRoute({
  getParentRoute: () => desk,
  path: "/work",
  validateSearch: (search: Record<string, unknown>): WorkSearch => ({
    view: search.view === "snoozed" ? "snoozed" : undefined,
    sort: search.sort === "new" ? "new" : undefined,
    client: text(search.client),
    q: text(search.q),
  }),
  component: WorkPage,
});

const workOne = createRoute({ getParentRoute: () => work, path: "$id" });

const floor = createRoute({
  getParentRoute: () => desk,
  path: "/floor",
  component: lazyRouteComponent(() => import("@/features/floor/page"), "FloorPage"),
});

/** The books of mail: whether they balance, and what needs a person. */
const mailroom = createRoute({
  getParentRoute: () => desk,
  path: "/mailroom",
  component: lazyRouteComponent(() => import("@/features/mailroom/page"), "MailroomPage"),
});

const results = createRoute({
  getParentRoute: () => desk,
  path: "/results",
  component: lazyRouteComponent(() => import("@/features/floor/results"), "ResultsPage"),
});

/** What may be seen of single people, and who has looked. */
const privacy = createRoute({
  getParentRoute: () => desk,
  path: "/privacy",
  component: lazyRouteComponent(() => import("@/features/privacy/page"), "PrivacyPage"),
});

const mentions = createRoute({
  getParentRoute: () => desk,
  path: "/mentions",
  component: lazyRouteComponent(() => import("@/features/mentions/page"), "MentionsPage"),
});

/** What colleagues ask and answer one another. */
const consults = createRoute({
  getParentRoute: () => desk,
  path: "/consults",
  component: lazyRouteComponent(() => import("@/features/work/consults/page"), "ConsultsPage"),
});

const consultOne = createRoute({ getParentRoute: () => consults, path: "$id" });

export interface FiguresSearch {
  metric?: string | undefined;
  by?: "queue" | "channel" | "hour" | "day" | undefined;
  days?: 1 | 7 | 28 | undefined;
}

const figures = createRoute({
  getParentRoute: () => desk,
  path: "/figures",
  validateSearch: (search: Record<string, unknown>): FiguresSearch => ({
    metric: text(search.metric),
    by: (["queue", "channel", "hour", "day"] as const).find((by) => by === search.by),
    days: ([7, 28] as const).find((days) => days === search.days),
  }),
  component: lazyRouteComponent(() => import("@/features/figures/page"), "FiguresPage"),
});

export interface PlanningSearch {
  queue?: string | undefined;
  forecast?: string | undefined;
  day?: string | undefined;
}

/** Planning and its words come only to those who open it. */
const planning = createRoute({
  getParentRoute: () => desk,
  path: "/planning",
  validateSearch: (search: Record<string, unknown>): PlanningSearch => ({
    queue: text(search.queue),
    forecast: text(search.forecast),
    day: text(search.day),
  }),
  component: lazyRouteComponent(() => import("@/features/workforce/page"), "PlanningPage"),
});

const intraday = createRoute({
  getParentRoute: () => desk,
  path: "/intraday",
  validateSearch: (search: Record<string, unknown>): { queue?: string | undefined } => ({ queue: text(search.queue) }),
  component: lazyRouteComponent(() => import("@/features/workforce/intraday"), "IntradayPage"),
});

const ownDays = createRoute({
  getParentRoute: () => desk,
  path: "/own-days",
  component: lazyRouteComponent(() => import("@/features/workforce/events"), "EventsPage"),
});

const history = createRoute({
  getParentRoute: () => desk,
  path: "/history",
  component: lazyRouteComponent(() => import("@/features/workforce/history"), "HistoryPage"),
});

const asked = createRoute({
  getParentRoute: () => desk,
  path: "/shift-requests",
  component: lazyRouteComponent(() => import("@/features/workforce/asked"), "AskedPage"),
});

export interface RostersSearch {
  roster?: string | undefined;
  day?: string | undefined;
}

const rosters = createRoute({
  getParentRoute: () => desk,
  path: "/rosters",
  validateSearch: (search: Record<string, unknown>): RostersSearch => ({
    roster: text(search.roster),
    day: text(search.day),
  }),
  component: lazyRouteComponent(() => import("@/features/rosters/page"), "RostersPage"),
});

const agreements = createRoute({
  getParentRoute: () => desk,
  path: "/rosters/people",
  component: lazyRouteComponent(() => import("@/features/rosters/people"), "AgreementsPage"),
});

const worth = createRoute({
  getParentRoute: () => desk,
  path: "/rosters/worth",
  component: lazyRouteComponent(() => import("@/features/rosters/worth"), "WorthPage"),
});

const shifts = createRoute({
  getParentRoute: () => desk,
  path: "/shifts",
  component: lazyRouteComponent(() => import("@/features/workforce/shifts"), "ShiftsPage"),
});

export interface ListSearch {
  view?: "waiting" | "snoozed" | "closed" | undefined;
  client_id?: string | undefined;
  queue_id?: string | undefined;
  q?: string | undefined;
  sort?: "due" | "old" | undefined;
}

const conversations = createRoute({
  getParentRoute: () => desk,
  path: "/conversations",
  validateSearch: (search: Record<string, unknown>): ListSearch => ({
    view: (["waiting", "snoozed", "closed"] as const).find((view) => view === search.view),
    sort: (["due", "old"] as const).find((sort) => sort === search.sort),
    client_id: text(search.client_id),
    queue_id: text(search.queue_id),
    q: text(search.q),
  }),
  component: lazyRouteComponent(() => import("@/features/conversations/page"), "ConversationsPage"),
});

const settings = createRoute({
  getParentRoute: () => desk,
  path: "/settings",
  component: lazyRouteComponent(() => import("@/features/settings/page"), "SettingsPage"),
});

const ready = createRoute({
  getParentRoute: () => desk,
  path: "/ready",
  component: lazyRouteComponent(() => import("@/features/ready/page"), "ReadyPage"),
});

export interface AdminSearch {
  q?: string | undefined;
  client_id?: string | undefined;
  team_id?: string | undefined;
  skill?: string | undefined;
  kind?: string | undefined;
  thing?: string | undefined;
}

/** Administration and its words come only to those who open it. */
const admin = createRoute({
  getParentRoute: () => desk,
  path: "/admin",
  validateSearch: (search: Record<string, unknown>): AdminSearch => ({
    q: text(search.q),
    client_id: text(search.client_id),
    team_id: text(search.team_id),
    skill: text(search.skill),
    kind: text(search.kind),
    thing: text(search.thing),
  }),
  component: lazyRouteComponent(() => import("@/features/admin/page"), "AdminPage"),
});

const adminHome = createRoute({
  getParentRoute: () => admin,
  path: "/",
  component: lazyRouteComponent(() => import("@/features/admin/page"), "AdminHome"),
});

const adminSection = createRoute({
  getParentRoute: () => admin,
  path: "$section",
  component: lazyRouteComponent(() => import("@/features/admin/page"), "AdminSection"),
});

const adminOne = createRoute({
  getParentRoute: () => admin,
  path: "$section/$id",
  component: lazyRouteComponent(() => import("@/features/admin/page"), "AdminOne"),
});

/** Where a mail provider sends back whoever has signed in there. */
const mailAccess = createRoute({
  getParentRoute: () => desk,
  path: "/mail-access",
  component: lazyRouteComponent(() => import("@/features/admin/mail-access"), "MailAccessPage"),
});

const tree = root.addChildren([
  login,
  password,
  screen,
  desk.addChildren([home, work.addChildren([workOne]), floor, mailroom, figures, mentions, consults.addChildren([consultOne]), results, planning, rosters, agreements, worth, intraday, ownDays, history, asked, shifts, conversations, settings, ready, privacy, mailAccess, admin.addChildren([adminHome, adminSection, adminOne])]),
]);

export function makeRouter(queries: QueryClient) {
  return createRouter({
    routeTree: tree,
    basepath: "/desk",
    context: { queries },
    defaultPreload: "intent",
    defaultPendingMs: 150,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
