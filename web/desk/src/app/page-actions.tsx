import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { useT } from "@/i18n";
import { keepTyping, moveRegion, useAction } from "@/keys/react";
import { useSession } from "@/session";
import { undoLatest } from "@ui/toast";

const loadPalette = () => import("./palette");
const loadHelp = () => import("./help");
const Palette = lazy(() => loadPalette().then((module) => ({ default: module.Palette })));
const HelpDialog = lazy(() => loadHelp().then((module) => ({ default: module.HelpDialog })));

/** The actions that work on every page. */
export function PageActions() {
  const t = useT();
  const navigate = useNavigate();
  const asks = useSession().operator_id !== null;
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  useEffect(() => {
    // Fetched while nothing else happens, so that Ctrl+K never waits for the line.
    const timer = setTimeout(() => void Promise.all([loadPalette(), loadHelp()]).catch(() => undefined), 1500);
    return () => clearTimeout(timer);
  }, []);
  useAction("palette", () => {
    if (!palette) keepTyping();
    setPalette(!palette);
  });
  useAction("help", () => setHelp(true));
  useAction("region_next", () => moveRegion(1));
  useAction("region_previous", () => moveRegion(-1));
  useAction("undo", () => void undoLatest());
  useAction("go_work", () => void navigate({ to: "/work" }));
  useAction("go_floor", () => void navigate({ to: "/floor" }));
  useAction("go_conversations", () => void navigate({ to: "/conversations" }));
  useAction("go_mentions", () => void navigate({ to: "/mentions" }));
  useAction("go_consults", () => void navigate({ to: "/consults" }), asks);
  useAction("go_ready", () => void navigate({ to: "/ready" }));
  useAction("go_settings", () => void navigate({ to: "/settings" }));
  return (
    <Suspense>
      {palette && <Palette onClose={() => setPalette(false)} />}
      {help && <HelpDialog title={t("help.title")} open={help} onClose={() => setHelp(false)} />}
    </Suspense>
  );
}
