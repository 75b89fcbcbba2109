import { useT } from "@/i18n";
import { useLink, useLive } from "@/live/react";
import { useNow } from "@/live/ticker";
import { useOutbox } from "@/features/work/outbox-react";
import { Button } from "@ui/button";
import { Icon } from "@ui/icon";

const PATIENCE_MS = 2000;

/** Says that the line is down, since when, and how many replies wait; nothing when all is well. */
export function ConnectionBanner() {
  const t = useT();
  const link = useLink();
  const { engine } = useLive();
  const waiting = useOutbox().length;
  const now = useNow();
  const down = link.state !== "live" && link.state !== "stopped";
  const shown = down && (link.state === "offline" || now - link.since > PATIENCE_MS);
  return (
    <div role="status" className="connection">
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
