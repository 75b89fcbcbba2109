import { useMutation } from "@tanstack/react-query";
import { api } from "@/api/client";
import { explain } from "@/api/words";
import type { Place, Presence, PresenceState } from "@/api/types";
import { msg, useT } from "@/i18n";
import { stopwatch } from "@/i18n/format";
import { useLive, useRow } from "@/live/react";
import { useNow } from "@/live/ticker";
import { useSession } from "@/session";
import { Button } from "@ui/button";
import { Icon } from "@ui/icon";
import { Menu, MenuItem, MenuSection } from "@ui/menu";
import { say } from "@ui/toast";
import { ME } from "./live";

const labels: Record<PresenceState, string> = {
  available: msg("presence.available"),
  busy: msg("presence.busy"),
  break: msg("presence.break"),
  away: msg("presence.away"),
  offline: msg("presence.offline"),
};

const tones: Record<PresenceState, string> = {
  available: "tone-ok",
  busy: "tone-info",
  break: "tone-warn",
  away: "tone-warn",
  offline: "",
};

const choices: PresenceState[] = ["available", "break", "away", "offline"];
const countries = ["IT", "AL", "RO", "BG", "TN", "ES", "FR", "DE"];

/** Own state with its time, and where one works from (the country is told to callers by law). */
export function PresenceMenu() {
  const t = useT();
  const session = useSession();
  const { store, engine } = useLive();
  const presence = useRow("presence", ME);
  const change = useMutation({
    mutationFn: (next: Partial<Presence>) =>
      api.put<Presence>("/presence", {
        state: next.state ?? presence?.state ?? "offline",
        place: next.place ?? presence?.place ?? "site",
        country: next.country ?? presence?.country ?? "IT",
      }),
    onMutate: (next) => {
      const before = store.get("presence", ME);
      if (before) {
        const since = next.state ? new Date(engine.serverNow()).toISOString() : before.since;
        store.set("presence", ME, { ...before, ...next, since });
      }
      return before;
    },
    onSuccess: (now) => {
      if (now?.state && now.since) store.set("presence", ME, now);
    },
    onError: (error, _next, before) => {
      store.set("presence", ME, before);
      say(explain(error));
    },
  });
  if (!session.operator_id) return null;
  const state = presence?.state ?? "offline";
  return (
    <Menu
      label={t("presence.menu")}
      trigger={
        <Button className={`presence ${tones[state]}`}>
          <span className="dot" />
          <span>{t(labels[state])}</span>
          {presence && <TimeIn since={presence.since} />}
          <Icon name="chevron-down" />
        </Button>
      }
    >
      <MenuSection
        title={t("presence.menu")}
        selected={state}
        onSelect={(key) => change.mutate({ state: key as PresenceState })}
      >
        {choices.map((choice) => (
          <MenuItem key={choice} id={choice}>
            {t(labels[choice])}
          </MenuItem>
        ))}
      </MenuSection>
      <MenuSection
        title={t("presence.place")}
        selected={presence?.place ?? "site"}
        onSelect={(key) => change.mutate({ place: key as Place })}
      >
        <MenuItem id="site" icon="building-2">
          {t("presence.site")}
        </MenuItem>
        <MenuItem id="home" icon="house">
          {t("presence.home")}
        </MenuItem>
      </MenuSection>
      <MenuSection
        title={t("presence.country")}
        selected={presence?.country ?? "IT"}
        onSelect={(key) => change.mutate({ country: key })}
      >
        {countries.map((code) => (
          <MenuItem key={code} id={code}>
            {new Intl.DisplayNames([document.documentElement.lang], { type: "region" }).of(code) ?? code}
          </MenuItem>
        ))}
      </MenuSection>
    </Menu>
  );
}

function TimeIn({ since }: { since: string }) {
  const { engine } = useLive();
  useNow();
  const seconds = (engine.serverNow() - Date.parse(since)) / 1000;
  return <span className="num">{stopwatch(seconds)}</span>;
}
