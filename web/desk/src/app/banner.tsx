import { useEffect, useRef, useState } from "react";
import { useT } from "@/i18n";
import { useLink, useLive } from "@/live/react";
import { useNow } from "@/live/ticker";
import { useOutbox } from "@/features/work/outbox-react";
import { Button } from "@ui/button";
import { Icon } from "@ui/icon";

const PATIENCE_MS = 2000;
const TOLD_MS = 10_000;

/** Says that the line is down, since when, and how many replies wait; for who cannot see it go, that it is back. */
export function ConnectionBanner() {
  const t = useT();
  const link = useLink();
  const { engine } = useLive();
  const waiting = useOutbox().length;
  const now = useNow();
  const down = link.state !== "live" && link.state !== "stopped";
  const shown = down && (link.state === "offline" || now - link.since > PATIENCE_MS);
  const back = useBack(shown, link.state === "live");
  return (
    <div role="status" className="connection">
      {back && <p className="hidden-visually">{t("line.back")}</p>}
      {shown && (
        <div className="banner tone-warn">
          <Icon name="wifi-off" />
          <span className="grow">
            {link.state === "offline" ? t("line.offline") : t("line.lost")}{" "}
            {waiting > 0 && t("line.outbox", { n: waiting })}
          </span>
          <Button tone="link" onPress={engine.refresh}>
            {t("line.now")}
          </Button>
        </div>
      )}
    </div>
  );
}

/** True for a moment after a loss that was told has ended. */
function useBack(lost: boolean, live: boolean): boolean {
  const told = useRef(false);
  const [back, setBack] = useState(false);
  useEffect(() => {
    if (lost) {
      told.current = true;
      setBack(false);
    } else if (told.current && live) {
      told.current = false;
      setBack(true);
    }
  }, [lost, live]);
  useEffect(() => {
    if (!back) return;
    const timer = setTimeout(() => setBack(false), TOLD_MS);
    return () => clearTimeout(timer);
  }, [back]);
  return back;
}
