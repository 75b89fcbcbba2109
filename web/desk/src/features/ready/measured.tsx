import { useT } from "@/i18n";
import { decimal, share } from "@/i18n/format";
import { Button } from "@ui/button";
import { Icon } from "@ui/icon";
import { Card } from "./card";
import { clockAhead, judgeClock, judgeNetwork, limits, type Measured } from "./judge";

const ms = (value: number | null) => (value === null ? "–" : `${decimal(value, 0, 0)} ms`);
const mbit = (value: number | null) => (value === null ? "–" : `${decimal(value / 1e6, 0, 1)} Mbit/s`);

interface NetworkProps {
  measured: Measured | null;
  progress: number;
  onAgain: () => void;
}

/** The line: how quick, how even, how wide. */
export function NetworkCard({ measured, progress, onAgain }: NetworkProps) {
  const t = useT();
  const network = measured && judgeNetwork(measured);
  const rows: [string, string][] = network
    ? [
        [t("ready.middle"), ms(network.middle)],
        [t("ready.slow"), ms(network.slow)],
        [t("ready.lost"), share(network.lost)],
        [t("ready.down"), mbit(network.down)],
        [t("ready.up"), mbit(network.up)],
      ]
    : [];
  return (
    <Card title={t("ready.network")} icon="activity" verdict={network?.verdict}>
      {network ? (
        <dl className="ready-figures">
          {rows.map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd className="num">{value}</dd>
            </div>
          ))}
        </dl>
      ) : (
        <progress aria-label={t("ready.measuring")} value={progress} />
      )}
      {network && network.middle === null && <p>{t("ready.no_line")}</p>}
      {network && network.middle !== null && network.verdict !== "good" && <p>{t("ready.network_advice")}</p>}
      <div>
        <Button tone="outline" icon="refresh-cw" isDisabled={!measured} onPress={onAgain}>
          {t("ready.again")}
        </Button>
      </div>
    </Card>
  );
}

/** How far the clock is off; what the desk shows is reckoned by the server's all the same. */
export function ClockCard({ measured }: { measured: Measured | null }) {
  const t = useT();
  const ahead = measured && clockAhead(measured.echoes);
  const off = Math.abs(ahead ?? 0);
  const amount = off < 120 ? t("ready.seconds", { n: decimal(off, 0, off < 10 ? 1 : 0) }) : t("ready.minutes", { n: decimal(off / 60, 0, 0) });
  const verdict = measured ? judgeClock(ahead) : undefined;
  return (
    <Card title={t("ready.clock")} icon="clock" verdict={verdict}>
      {measured && ahead === null && <p>{t("ready.clock_unknown")}</p>}
      {ahead !== null && ahead !== undefined && off <= limits.clockS[0] && <p>{t("ready.clock_good", { amount })}</p>}
      {ahead !== null && off > limits.clockS[0] && (
        <p className="row-flex">
          <Icon name="info" />
          <span>{(ahead ?? 0) > 0 ? t("ready.clock_ahead", { amount }) : t("ready.clock_behind", { amount })}</span>
        </p>
      )}
    </Card>
  );
}
