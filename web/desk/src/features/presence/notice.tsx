import { msg, useT } from "@/i18n";
import { useAction } from "@/keys/react";
import { shown } from "@/keys/map";
import { useLoaded, useRow } from "@/live/react";
import { useSession } from "@/session";
import { Button } from "@ui/button";
import { Icon } from "@ui/icon";
import { Kbd } from "@ui/kbd";
import { usePresenceChange } from "./change";
import { ME } from "./live";

const why: Record<string, string> = {
  missed_offer: msg("presence.missed_offer"),
  line_lost: msg("presence.line_lost"),
};

/** Says why one is away without having chosen it, and brings one back with a key. */
export function PresenceNotice() {
  const t = useT();
  const session = useSession();
  const presence = useRow("presence", ME);
  const change = usePresenceChange();
  const back = () => change.mutate({ state: "available" });
  const loaded = useLoaded();
  // Who has never come has no row yet: the key brings them too.
  const away = session.operator_id !== null && loaded && presence?.state !== "available";
  useAction("available", back, away);
  const words = presence?.state === "away" && presence.reason ? why[presence.reason] : undefined;
  return (
    <div role="status">
      {words && (
        <div className="banner tone-warn">
          <Icon name="circle-alert" />
          <span className="grow">{t(words)}</span>
          <Button tone="outline" isDisabled={change.isPending} onPress={back}>
            {t("presence.back")}
            <Kbd>{shown("available")}</Kbd>
          </Button>
        </div>
      )}
    </div>
  );
}
