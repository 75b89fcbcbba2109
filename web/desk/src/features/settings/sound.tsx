import { useState } from "react";
import { useT } from "@/i18n";
import { percent } from "@/i18n/format";
import { change, useSettings } from "@/settings";
import { Button } from "@ui/button";
import { chime } from "@ui/chime";

/** How an offer makes itself heard; it is always also seen. */
export function Sound() {
  const t = useT();
  const { volume, notify } = useSettings();
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
          onChange={(event) => change({ volume: Number(event.target.value) })}
        />
        <span className="meta num">{volume === 0 ? t("sound.off") : percent(volume, 0)}</span>
      </label>
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
