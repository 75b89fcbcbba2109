import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { useT } from "@/i18n";
import { keepTyping, moveRegion, useAction } from "@/keys/react";
import { useSession } from "@/session";
import { undoLatest } from "@ui/toast";
import { pagesOf, type PagePath } from "./nav";

const loadPalette = () => import("./palette");
const loadHelp = () => import("./help");
const Palette = lazy(() => loadPalette().then((module) => ({ default: module.Palette })));
const HelpDialog = lazy(() => loadHelp().then((module) => ({ default: module.HelpDialog })));

/** The actions that work on every page. */
export function PageActions() {
  const t = useT();
  const navigate = useNavigate();
  const session = useSession();
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
  useAction("go_ready", () => void navigate({ to: "/ready" }));
  return (
    <Suspense>
      {pagesOf(session).map(({ to }) => (
        <GoTo key={to} to={to} />
      ))}
      {palette && <Palette onClose={() => setPalette(false)} />}
      {help && <HelpDialog title={t("help.title")} open={help} onClose={() => setHelp(false)} />}
    </Suspense>
  );
}

/** The action that leads to a page, while that page may be opened. */
function GoTo({ to }: { to: PagePath }) {
  const navigate = useNavigate();
  useAction(`go_${to.slice(1)}`, () => void navigate({ to }));
  return null;
}
