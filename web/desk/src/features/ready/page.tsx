import { useEffect, useState } from "react";
import { useT } from "@/i18n";
import { moment } from "@/i18n/format";
import { Icon } from "@ui/icon";
import { icons, tones, VerdictPill } from "./card";
import { clockAhead, judgeClock, judgeNetwork, worst, type Measured, type Verdict } from "./judge";
import { last, note, parts, type Last, type Part } from "./kept";
import { measureLine } from "./line";
import { ClockCard, NetworkCard } from "./measured";
import { MicrophoneCard, NoticesCard, SoundCard } from "./pressed";
import "./ready.css";
import "./words";

/** Before the shift: does this computer do what the work needs? Nothing of it leaves the computer. */
export function ReadyPage() {
  const t = useT();
  const [before] = useState<Last | null>(last);
  const [round, setRound] = useState(0);
  const [progress, setProgress] = useState(0);
  const [measured, setMeasured] = useState<Measured | null>(null);
  const [verdicts, setVerdicts] = useState<Last["verdicts"]>({});
  const say = (part: Part) => (verdict: Verdict) => setVerdicts((old) => ({ ...old, [part]: verdict }));
  useEffect(() => {
    const stop = new AbortController();
    setMeasured(null);
    setProgress(0);
    void measureLine(stop.signal, (done, of) => setProgress(done / of)).then((found) => {
      if (stop.signal.aborted) return;
      setMeasured(found);
      setVerdicts((old) => ({
        ...old,
        network: judgeNetwork(found).verdict,
        clock: judgeClock(clockAhead(found.echoes)),
      }));
    });
    return () => stop.abort();
  }, [round]);
  useEffect(() => note(verdicts), [verdicts]);
  const found = Object.values(verdicts);
  const missing = parts.filter((part) => verdicts[part] === undefined).length;
  return (
    <div className="page" data-region tabIndex={-1}>
      <header className="page-head">
        <h1>{t("nav.ready")}</h1>
        {before && <span className="meta">{t("ready.before", { at: moment(before.at, Date.now()) })}</span>}
        {before && <VerdictPill verdict={worst(Object.values(before.verdicts))} />}
      </header>
      <p className="meta ready-lead">{t("ready.lead")}</p>
      <div className="ready-sum" role="status">
        {measured === null && t("ready.measuring")}
        {measured !== null && missing > 0 && t("ready.missing", { n: missing })}
        {measured !== null && missing === 0 && <Sum verdict={worst(found)} />}
      </div>
      <div className="ready">
        <NetworkCard measured={measured} progress={progress} onAgain={() => setRound(round + 1)} />
        <ClockCard measured={measured} />
        <SoundCard verdict={verdicts.sound} onVerdict={say("sound")} />
        <MicrophoneCard verdict={verdicts.microphone} onVerdict={say("microphone")} />
        <NoticesCard verdict={verdicts.notices} onVerdict={say("notices")} />
      </div>
      <p className="meta row-flex">
        <Icon name="shield-check" />
        {t("ready.privacy")}
      </p>
    </div>
  );
}

function Sum({ verdict }: { verdict: Verdict }) {
  const t = useT();
  const words: Record<Verdict, string> = {
    good: t("ready.sum_good"),
    fair: t("ready.sum_fair"),
    bad: t("ready.sum_bad"),
  };
  return (
    <p className={`banner tone-${tones[verdict]}`}>
      <Icon name={icons[verdict]} />
      {words[verdict]}
    </p>
  );
}
