import { useEffect, useState } from "react";
import { allWrapup, inHand } from "@/floor-counts";
import { useT } from "@/i18n";
import { clock, share, stopwatch } from "@/i18n/format";
import { useNow } from "@/live/ticker";
import { Button } from "@ui/button";
import { Icon } from "@ui/icon";
import { below, pressure, ranked, type WallQueue } from "./rank";
import { secretIn, watch, type Seen, type View } from "./watch";
import "./screen.css";
import "./words";

const ROOM = 8;
const STALE_MS = 20_000;
const nothing: View = { seen: null, clients: [], lostSince: null, refused: false };

/** Keeps the machine from dimming its screen while this page is on it. */
function useLight(): void {
  useEffect(() => {
    let light: WakeLockSentinel | null = null;
    const keep = () => {
      if (document.visibilityState !== "visible" || !("wakeLock" in navigator)) return;
      navigator.wakeLock.request("screen").then(
        (held) => (light = held),
        () => undefined,
      );
    };
    keep();
    document.addEventListener("visibilitychange", keep);
    return () => {
      document.removeEventListener("visibilitychange", keep);
      void light?.release().catch(() => undefined);
    };
  }, []);
}

/** The floor for a wall: large, without names and without a way on. */
export function ScreenPage() {
  const t = useT();
  const [view, setView] = useState<View>(nothing);
  const now = useNow();
  useLight();
  useEffect(() => {
    const ports = { fetch: fetch.bind(globalThis), now: Date.now, reload: () => location.reload() };
    return watch(secretIn(location.hash), setView, ports);
  }, []);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() === "f" && !event.ctrlKey && !event.metaKey) wide();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  const { seen } = view;
  const stale = seen !== null && now - seen.here > STALE_MS;
  return (
    <main className="wall" data-stale={stale || undefined}>
      <header className="wall-head">
        <h1>{t("screen.title")}</h1>
        <Button className="wall-full" tone="outline" onPress={wide}>
          {t("screen.full")}
        </Button>
        <span className="wall-at num">{seen ? t("screen.at", { time: clock(seen.floor.at) }) : ""}</span>
      </header>
      <p role="status" className="wall-state">
        {view.refused && (
          <span className="wall-trouble">
            <Icon name="shield-check" />
            {t("screen.refused")}
          </span>
        )}
        {!view.refused && view.lostSince !== null && (
          <span className="wall-trouble">
            <Icon name="wifi-off" />
            {t("screen.lost", { time: clock(new Date(view.lostSince).toISOString()) })}
          </span>
        )}
        {seen === null && view.lostSince === null && t("screen.loading")}
      </p>
      {seen && <Figures seen={seen} now={now} />}
      {seen && <Queues seen={seen} now={now} clients={view.clients} />}
    </main>
  );
}

function wide(): void {
  const change = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen();
  change.catch(() => undefined);
}

function Figures({ seen, now }: { seen: Seen; now: number }) {
  const t = useT();
  const passed = Math.max(0, (now - seen.here) / 1000);
  const { queues, people } = seen.floor;
  const sum = (pick: (queue: WallQueue) => number) => queues.reduce((all, queue) => all + pick(queue), 0);
  const oldest = Math.max(0, ...queues.map((queue) => (queue.oldest_wait_s === null ? 0 : queue.oldest_wait_s + passed)));
  const wrapup = allWrapup(queues);
  const late = queues.filter((queue) => pressure(queue, passed) > 1).length;
  const under = queues.filter(below).length;
  const answered = sum((queue) => queue.answered_today);
  const left = sum((queue) => queue.abandoned_today);
  const figures: { label: string; value: string; note: string; bad?: boolean }[] = [
    {
      label: t("screen.waiting"),
      value: String(sum((queue) => queue.waiting)),
      note: oldest > 0 ? t("screen.oldest", { time: stopwatch(oldest) }) : t("screen.nobody_waits"),
      bad: late > 0,
    },
    { label: t("screen.talking"), value: String(sum(inHand)), note: wrapup === null ? "" : t("screen.wrapup", { n: wrapup }) },
    people
      ? { label: t("screen.free"), value: String(people.available), note: t("screen.present", { n: people.present }) }
      : { label: t("screen.free"), value: "–", note: t("screen.few") },
    {
      label: t("screen.answered"),
      value: String(answered),
      note: t("screen.left", { share: share(answered + left > 0 ? left / (answered + left) : null) }),
    },
    { label: t("screen.below"), value: String(under), note: t("screen.of_queues", { n: queues.length }), bad: under > 0 },
  ];
  return (
    <dl className="wall-figures">
      {figures.map(({ label, value, note, bad }) => (
        <div key={label} data-bad={bad || undefined}>
          <dt>{label}</dt>
          <dd className="wall-value num">
            {bad && <Icon name="triangle-alert" />}
            {value}
          </dd>
          <dd className="wall-note num">{note}</dd>
        </div>
      ))}
    </dl>
  );
}

function Queues({ seen, now, clients }: { seen: Seen; now: number; clients: View["clients"] }) {
  const t = useT();
  const passed = Math.max(0, (now - seen.here) / 1000);
  const { shown, more } = ranked(seen.floor.queues, passed, ROOM);
  const name = (id: string) => clients.find((client) => client.id === id)?.name ?? "";
  const several = new Set(seen.floor.queues.map((queue) => queue.client_id)).size > 1;
  return (
    <div className="wall-queues" role="group" aria-label={t("screen.queues")} tabIndex={0}>
      <table>
        <caption className="hidden-visually">{t("screen.queues")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("screen.queue")}</th>
            <th scope="col">{t("screen.waiting")}</th>
            <th scope="col">{t("screen.first")}</th>
            <th scope="col" className="wall-talking">{t("screen.talking")}</th>
            <th scope="col">{t("screen.level")}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((queue) => {
            const late = pressure(queue, passed) > 1;
            return (
              <tr key={queue.queue_id}>
                <th scope="row">
                  {queue.name}
                  {several && <span className="wall-client">{name(queue.client_id)}</span>}
                </th>
                <td className="num">{queue.waiting}</td>
                <td className="num" data-bad={late || undefined}>
                  {late && <Icon name="triangle-alert" />}
                  {queue.oldest_wait_s === null ? "–" : stopwatch(queue.oldest_wait_s + passed)}
                </td>
                <td className="num wall-talking">{inHand(queue)}</td>
                <td className="num" data-bad={below(queue) || undefined} data-ok={(queue.sl_today !== null && !below(queue)) || undefined}>
                  {below(queue) && <Icon name="arrow-down" />}
                  {share(queue.sl_today)}
                  <span className="wall-target">{t("screen.target", { value: share(queue.target) })}</span>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {more > 0 && <p className="wall-note">{t("screen.more", { n: more })}</p>}
    </div>
  );
}
