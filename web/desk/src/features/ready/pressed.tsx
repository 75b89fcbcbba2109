import { useEffect, useRef, useState } from "react";
import { useT } from "@/i18n";
import { change, useSettings } from "@/settings";
import { Button } from "@ui/button";
import { chime } from "@ui/chime";
import { Card } from "./card";
import type { Verdict } from "./judge";
import { listen, type Microphone, type Refused } from "./microphone";

interface Props {
  verdict: Verdict | undefined;
  onVerdict: (verdict: Verdict) => void;
}

/** The tone of an offer: only a person can say whether it was heard. */
export function SoundCard({ verdict, onVerdict }: Props) {
  const t = useT();
  const { volume } = useSettings();
  const [played, setPlayed] = useState(false);
  const play = () => {
    // Who has switched the sound off hears the test all the same, and is told that offers are silent.
    chime(volume || 0.6);
    setPlayed(true);
  };
  return (
    <Card title={t("ready.sound")} icon="bell" verdict={verdict}>
      {volume === 0 && <p>{t("ready.sound_off")}</p>}
      <div className="row-flex">
        <Button tone="outline" icon="bell" onPress={play}>
          {t("ready.play")}
        </Button>
      </div>
      {played && (
        <div className="row-flex" role="group" aria-label={t("ready.heard")}>
          <span>{t("ready.heard")}</span>
          <Button tone="outline" onPress={() => onVerdict(volume === 0 ? "fair" : "good")}>
            {t("ready.yes")}
          </Button>
          <Button tone="outline" onPress={() => onVerdict("bad")}>
            {t("ready.no")}
          </Button>
        </div>
      )}
      {verdict === "bad" && <p role="alert">{t("ready.sound_advice")}</p>}
    </Card>
  );
}

// A voice at a desk is well above this, an empty room below.
const VOICE = 0.3;
const LOOK_MS = 60;

/** The level of the microphone, asked for only when the button is pressed. */
export function MicrophoneCard({ verdict, onVerdict }: Props) {
  const t = useT();
  const [state, setState] = useState<Microphone | Refused | null>(null);
  const [level, setLevel] = useState(0);
  const mine = useRef<Microphone | null>(null);
  const microphone = state !== null && typeof state === "object" ? state : null;
  useEffect(() => () => mine.current?.stop(), []);
  useEffect(() => {
    if (!microphone) return undefined;
    const timer = setInterval(() => setLevel(microphone.level()), LOOK_MS);
    return () => clearInterval(timer);
  }, [microphone]);
  const heard = microphone !== null && level >= VOICE;
  useEffect(() => {
    if (heard) onVerdict("good");
    // The first time that a voice is heard says it; later ones say the same.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [heard]);
  const begin = async () => {
    const found = await listen();
    setState(found);
    if (typeof found === "string") onVerdict("bad");
    else mine.current = found;
  };
  const end = () => {
    mine.current?.stop();
    mine.current = null;
    setState(null);
    if (verdict !== "good") onVerdict("bad");
  };
  const refused: Record<Refused, string> = {
    denied: t("ready.mic_denied"),
    none: t("ready.mic_none"),
    busy: t("ready.mic_busy"),
  };
  return (
    <Card title={t("ready.microphone")} icon="phone" verdict={verdict}>
      <p className="meta">{t("ready.mic_promise")}</p>
      {microphone && (
        <>
          <p>{t("ready.mic_speak", { name: microphone.name || t("ready.microphone") })}</p>
          <meter className="ready-meter" aria-label={t("ready.mic_level")} min={0} max={1} low={VOICE} value={level} />
        </>
      )}
      {typeof state === "string" && <p role="alert">{refused[state]}</p>}
      {!microphone && verdict === "bad" && state === null && <p role="alert">{t("ready.mic_silent")}</p>}
      <div>
        {microphone ? (
          <Button tone="outline" icon="x" onPress={end}>
            {t("ready.mic_stop")}
          </Button>
        ) : (
          <Button tone="outline" icon="phone" onPress={() => void begin()}>
            {t("ready.mic_start")}
          </Button>
        )}
      </div>
    </Card>
  );
}

const known: Record<NotificationPermission, Verdict | undefined> = { granted: "good", denied: "fair", default: undefined };

/** Whether the system may tell of an offer while the desk is out of sight. */
export function NoticesCard({ verdict, onVerdict }: Props) {
  const t = useT();
  const there = typeof Notification !== "undefined";
  const [answer, setAnswer] = useState<NotificationPermission>(there ? Notification.permission : "denied");
  const found = known[answer];
  useEffect(() => {
    if (found && found !== verdict) onVerdict(found);
  }, [found, verdict, onVerdict]);
  const ask = async () => {
    const said = await Notification.requestPermission().catch(() => "denied" as const);
    setAnswer(said);
    if (said === "granted") change({ notify: true });
  };
  return (
    <Card title={t("ready.notices")} icon="message-square-text" verdict={verdict}>
      {answer === "granted" && <p>{t("ready.notices_good")}</p>}
      {answer === "denied" && <p>{there ? t("ready.notices_denied") : t("ready.notices_none")}</p>}
      {answer === "default" && (
        <>
          <p>{t("ready.notices_ask")}</p>
          <div>
            <Button tone="outline" icon="bell" onPress={() => void ask()}>
              {t("ready.notices_allow")}
            </Button>
          </div>
        </>
      )}
    </Card>
  );
}
