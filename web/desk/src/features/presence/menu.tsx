import { lazy, Suspense, useState } from "react";
import type { Place, PresenceState } from "@/api/types";
import { msg, useT } from "@/i18n";
import { clock, countryName, stopwatch } from "@/i18n/format";
import { shown } from "@/keys/map";
import { useLive, useLoaded, useRow } from "@/live/react";
import { useNow } from "@/live/ticker";
import { useWorkplace } from "@/reference";
import { useSession } from "@/session";
import { Button } from "@ui/button";
import { Icon } from "@ui/icon";
import { Menu, MenuItem, MenuLine, MenuSection } from "@ui/menu";
import { usePresenceChange } from "./change";
import { ME } from "./live";

const CountryDialog = lazy(() => import("./country").then((module) => ({ default: module.CountryDialog })));
const BreakDialog = lazy(() => import("./break").then((module) => ({ default: module.BreakDialog })));

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

/** Own state with its time, and where one works from; what is on record holds until one says else. */
export function PresenceMenu() {
  const t = useT();
  const session = useSession();
  const presence = useRow("presence", ME);
  const loaded = useLoaded();
  const record = useWorkplace();
  const change = usePresenceChange();
  const [dialog, setDialog] = useState<"country" | "break" | null>(null);
  if (!session.operator_id) return null;
  const state = presence?.state ?? (loaded ? "offline" : null);
  const place = presence?.place ?? record?.place ?? "";
  const country = presence?.country ?? record?.country ?? null;
  const due = presence?.break_due_at ?? null;
  return (
    <>
      <Menu
        label={t("presence.menu")}
        trigger={
          <Button className={`presence ${state ? tones[state] : ""}`}>
            <span className="dot" />
            {state ? <span>{t(labels[state])}</span> : <Unknown />}
            {presence && <TimeIn since={presence.since} />}
            <Icon name="chevron-down" />
          </Button>
        }
      >
        <MenuSection
          title={t("presence.menu")}
          selected={state ?? ""}
          onSelect={(key) => change.mutate({ state: key as PresenceState })}
        >
          {choices.map((choice) => (
            <MenuItem key={choice} id={choice} shortcut={choice === "available" ? (shown("available") ?? "") : ""}>
              {t(labels[choice])}
            </MenuItem>
          ))}
        </MenuSection>
        <MenuSection title={t("presence.place")} selected={place} onSelect={(key) => change.mutate({ place: key as Place })}>
          <MenuItem id="site" icon="building-2">
            {t("presence.site")}
          </MenuItem>
          <MenuItem id="home" icon="house">
            {t("presence.home")}
          </MenuItem>
        </MenuSection>
        <MenuLine />
        <MenuItem id="set-country" icon="globe" onAction={() => setDialog("country")}>
          {t("presence.country_is", { country: country ? countryName(country) : t("presence.unknown") })}
        </MenuItem>
        <MenuItem id="set-break" icon="coffee" onAction={() => setDialog("break")}>
          {due ? t("break.due", { time: clock(due) }) : t("break.set")}
        </MenuItem>
      </Menu>
      <Suspense>
        {dialog === "country" && (
          <CountryDialog
            current={country}
            onClose={() => setDialog(null)}
            onPick={(code) => {
              change.mutate({ country: code });
              setDialog(null);
            }}
          />
        )}
        {dialog === "break" && <BreakDialog due={due} onClose={() => setDialog(null)} />}
      </Suspense>
    </>
  );
}

/** Not off work: the desk does not know yet. */
function Unknown() {
  const t = useT();
  return (
    <span>
      <span aria-hidden="true">–</span>
      <span className="hidden-visually">{t("presence.menu")}</span>
    </span>
  );
}

function TimeIn({ since }: { since: string }) {
  const { engine } = useLive();
  useNow();
  const seconds = (engine.serverNow() - Date.parse(since)) / 1000;
  return <span className="num">{stopwatch(seconds)}</span>;
}
