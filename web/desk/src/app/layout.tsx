import { useQueryClient } from "@tanstack/react-query";
import { Navigate, Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect, useMemo } from "react";
import { api } from "@/api/client";
import type { DeskSnapshot } from "@/api/types";
import { useT } from "@/i18n";
import { useKeyboard } from "@/keys/react";
import { adoptSnapshot } from "@/live/adopt";
import { LiveEngine, type SocketLike } from "@/live/engine";
import { LiveContext } from "@/live/react";
import { LiveStore } from "@/live/store";
import { useNarrow } from "@/narrow";
import { usePreferences } from "@/preferences";
import { SessionContext, useMaybeSession } from "@/session";
import { PresenceNotice } from "@/features/presence/notice";
import { useNoStrayDrops } from "@/features/work/dropping";
import { OfferNotice } from "@/features/work/offer-notice";
import { ConsultNews } from "@/features/work/consults/news";
import { UnsentNews } from "@/features/work/unsent";
import { OutboxProvider } from "@/features/work/outbox-react";
import { Toasts } from "@ui/toast";
import { ConnectionBanner } from "./banner";
import { PageActions } from "./page-actions";
import { Nav } from "./nav";
import { TopBar } from "./topbar";
import "@/features/presence/live";
import "@/features/floor/live";
import "@/features/work/live";

function openSocket(): SocketLike {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  return new WebSocket(`${scheme}://${location.host}/live`) as unknown as SocketLike;
}

function useLiveDesk() {
  const queries = useQueryClient();
  const live = useMemo(() => {
    const store = new LiveStore();
    const engine = new LiveEngine({
      store,
      snapshot: async () => {
        const snapshot = await api.get<DeskSnapshot>("/desk");
        queries.setQueryData(["queues-mine"], snapshot.queues);
        queries.setQueryData(["workplace"], snapshot.workplace);
        return snapshot;
      },
      adopt: adoptSnapshot,
      socket: openSocket,
      onRefreshed: () => void queries.invalidateQueries({ queryKey: ["live"] }),
      onUnknownSession: () => void queries.invalidateQueries({ queryKey: ["session"] }),
    });
    return { store, engine };
  }, [queries]);
  useEffect(() => {
    live.engine.start();
    return () => live.engine.stop();
  }, [live]);
  return live;
}

/** Everything around a page of the desk, for someone who is signed in. */
export function DeskLayout() {
  const session = useMaybeSession();
  if (!session) return <ToLogin />;
  // Whoever becomes an operator while signed in needs a line of their own from then on.
  return (
    <SessionContext value={session}>
      <SignedIn key={`${session.account.id}/${session.operator_id}`} />
    </SessionContext>
  );
}

/** Apart, so that the whole desk does not follow each change of address. */
function ToLogin() {
  const href = useRouterState({ select: (state) => state.location.href });
  return <Navigate to="/login" search={{ next: href }} />;
}

function SignedIn() {
  const t = useT();
  const live = useLiveDesk();
  const inThread = useRouterState({
    select: (state) => /\/work\/[^/]+$/.test(state.location.pathname),
  });
  // Where one stands is what is drawn, not where one is going: an offer is told once at a time.
  const onWork = useRouterState({
    select: (state) => (state.resolvedLocation ?? state.location).pathname.includes("/work"),
  });
  // Where only the thread is shown, the list's offers are as far away as on another page.
  const narrow = useNarrow();
  useKeyboard();
  useNoStrayDrops();
  usePreferences();
  return (
    <LiveContext value={live}>
      <OutboxProvider>
        <div className="shell" data-thread={inThread || undefined}>
          <div className="skips">
            <a href="#content">{t("skip.content")}</a>
            {inThread && <a href="#composer">{t("skip.composer")}</a>}
          </div>
          <TopBar />
          <div className="notices">
            <ConnectionBanner />
            <PresenceNotice />
            <OfferNotice here={onWork && !(narrow && inThread)} />
          </div>
          <Nav />
          <main id="content" className="content" tabIndex={-1}>
            <Outlet />
          </main>
        </div>
        <ConsultNews />
        <UnsentNews />
        <PageActions />
        <Toasts close={t("close")} />
      </OutboxProvider>
    </LiveContext>
  );
}
