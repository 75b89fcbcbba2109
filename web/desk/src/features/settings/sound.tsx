import { useState } from "react";
import { msg, useT } from "@/i18n";
import { percent } from "@/i18n/format";
import { channelName } from "@/channels";
import { prefer } from "@/preferences";
import { useSession } from "@/session";
import { change, useSettings } from "@/settings";
import { Button } from "@ui/button";
import { chime, tunes as all, type Tune } from "@ui/chime";
import { Select } from "@ui/field";

const tuneNames: Record<Tune, string> = {
  two: msg("tune.two"),
  rise: msg("tune.rise"),
  fall: msg("tune.fall"),
  bell: msg("tune.bell"),
  none: msg("tune.none"),
};

/** What may come: an offer by its channel, or a note that names one. */
const kinds = ["webchat", "messaging", "email", "voice", "callback", "task", "mention"] as const;

/** How what comes makes itself heard; it is always also seen. */
export function Sound() {
  const t = useT();
  const { id } = useSession().account;
  const { volume, tunes, notify } = useSettings();
  const [refused, setRefused] = useState(false);
  const setNotify = async (wanted: boolean) => {
    if (!wanted || typeof Notification === "undefined") return change({ notify: false });
    const answer = await Notification.requestPermission().catch(() => "denied" as const);
    setRefused(answer !== "granted");
    change({ notify: answer === "granted" });
  };
  return (
    <section className="card stack" aria-labelledby="set-sound">
      <h2 id="set-sound">{t("sound.title")}</h2>
      <label className="field">
        <span>{t("sound.volume")}</span>
        <input
          type="range"
          min={0}
          max={1}
          step={0.1}
          value={volume}
          aria-valuetext={volume === 0 ? t("sound.off") : percent(volume, 0)}
          onChange={(event) => void prefer(id, { volume: Number(event.target.value) })}
        />
        <span className="meta num">{volume === 0 ? t("sound.off") : percent(volume, 0)}</span>
      </label>
      {kinds.map((kind) => (
        <Select
          key={kind}
          label={kind === "mention" ? t("nav.mentions") : channelName(kind)}
          value={tunes[kind] ?? "two"}
          onChange={(event) => {
            const tune = event.target.value as Tune;
            chime(volume, tune);
            void prefer(id, { tunes: { ...tunes, [kind]: tune } });
          }}
        >
          {all.map((tune) => (
            <option key={tune} value={tune}>
              {t(tuneNames[tune])}
            </option>
          ))}
        </Select>
      ))}
      <div>
        <Button tone="outline" icon="bell" isDisabled={volume === 0} onPress={() => chime(volume)}>
          {t("sound.try")}
        </Button>
      </div>
      <label className="row-flex">
        <input type="checkbox" checked={notify} onChange={(event) => void setNotify(event.target.checked)} />
        {t("sound.notify")}
      </label>
      {refused && (
        <p className="field-error" role="alert">
          {t("sound.refused")}
        </p>
      )}
      <p className="meta">{t("sound.hint")}</p>
    </section>
  );
}
