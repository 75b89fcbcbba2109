import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { api } from "@/api/client";
import { explain } from "@/api/words";
import type { Arrivals, ArrivalsNow, ClientRef, FloorAnswer, FloorClient, FloorGroup, FloorPeople, FloorQueue, Monitoring } from "@/api/types";
import { Failed } from "@/failed";
import { allWrapup, inHand } from "@/floor-counts";
import { formulaCode, formulaName } from "@/formulas";
import { useT } from "@/i18n";
import { clock, share, stopwatch } from "@/i18n/format";
import { useLive, useTable, useTopic } from "@/live/react";
import { useNow } from "@/live/ticker";
import { may, useSession } from "@/session";
import { Empty, Pill, Skeleton } from "@ui/bits";
import { Button } from "@ui/button";
import { Icon } from "@ui/icon";
import { cameOf, summed } from "./arrivals";
import { adoptFloor } from "./live";
import { Steering } from "./steer";
import "@ui/table.css";
import "./floor.css";

/** What ticks do not tell (service level, today's counts, who works from where) is asked for again. */
const AGAIN_MS = 15_000;

const PersonDialog = lazy(() => import("./person").then((module) => ({ default: module.PersonDialog })));
const ScreensDialog = lazy(() => import("./screens").then((module) => ({ default: module.ScreensDialog })));

/** What came moves by the minute. */
const ARRIVALS_MS = 60_000;

/** What came beside what was expected, for who may see plans. */
function useArrivals() {
  return useQuery({
    queryKey: ["live", "arrivals"],
    queryFn: () => api.get<ArrivalsNow>("/workforce/arrivals"),
    enabled: may(useSession(), "workforce.read"),
    staleTime: 0,
    refetchInterval: ARRIVALS_MS,
  }).data;
}

/** The floor: queues against their targets, and groups of at least five people. */
export function FloorPage() {
  const t = useT();
  const { store } = useLive();
  const session = useSession();
  useTopic("floor");
  const clients = useTable("floor");
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["live", "floor"],
    queryFn: () => api.get<FloorAnswer>("/floor"),
    staleTime: 0,
    refetchInterval: AGAIN_MS,
  });
  useEffect(() => {
    if (data) store.apply(adoptFloor(store, data));
  }, [data, store]);
  const arrivals = useArrivals();
  const list = [...clients.values()];
  const at = list.map((client) => Date.parse(client.at)).sort((a, b) => a - b).at(-1);
  return (
    <div className="page" data-region tabIndex={-1}>
      <header className="page-head">
        <h1>{t("nav.floor")}</h1>
        {at && <span className="meta num">{t("floor.at", { time: clock(new Date(at).toISOString()) })}</span>}
        {may(session, "channels.handle_mail") && (
          <Link to="/mailroom" className="button button-outline">
            <Icon name="mail" />
            {t("nav.mailroom")}
          </Link>
        )}
        {may(session, "insight.floor_people") && <OnePerson />}
        {may(session, "insight.share_floor") && <Walls />}
      </header>
      {error && list.length > 0 && (
        <p className="banner tone-warn" role="status">
          <Icon name="triangle-alert" />
          {explain(error)}
        </p>
      )}
      {list.length === 0 && isPending && <Skeleton label={t("loading")} lines={6} />}
      {list.length === 0 && error && <Failed error={error} retry={refetch} />}
      {list.length === 0 && data && <Empty icon="activity" title={t("floor.empty")} />}
      {list.length > 0 && <Totals clients={list} people={data?.people} arrivals={arrivals} />}
      {list.length > 0 && may(session, "routing.supervise") && <Steered clients={list} />}
      {list.map((client) => (
        <ClientFloor key={client.client_id} floor={client} arrivals={arrivals} client={session.clients.find((one) => one.id === client.client_id)} />
      ))}
      {list.length > 0 && (
        <p className="meta row-flex">
          <Icon name="shield-check" />
          {t("floor.privacy")}
        </p>
      )}
    </div>
  );
}

function Walls() {
  const t = useT();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button tone="outline" icon="panel-right" onPress={() => setOpen(true)}>
        {t("floor.walls")}
      </Button>
      {open && (
        <Suspense>
          <ScreensDialog onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}

/** The way to one person, where an agreement in force has opened one. */
function OnePerson() {
  const t = useT();
  const [open, setOpen] = useState(false);
  const { data } = useQuery({ queryKey: ["live", "monitoring"], queryFn: () => api.get<Monitoring>("/privacy/monitoring") });
  if (data?.mode !== "agreement") return null;
  return (
    <>
      <Button tone="outline" icon="user" onPress={() => setOpen(true)}>
        {t("person.title")}
      </Button>
      {open && (
        <Suspense>
          <PersonDialog onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}

/** How long the first in a queue has waited by now, in seconds. */
function useAge(): (queue: FloorQueue) => number | null {
  const { engine } = useLive();
  useNow();
  const now = engine.serverNow();
  return ({ oldest_at: at }) => (at === null ? null : Math.max(0, (now - Date.parse(at)) / 1000));
}

function Steered({ clients }: { clients: readonly FloorClient[] }) {
  return <Steering queues={clients.flatMap((client) => client.queues)} age={useAge()} />;
}

interface TotalsProps {
  clients: readonly FloorClient[];
  people: FloorPeople | null | undefined;
  arrivals: ArrivalsNow | undefined;
}

function Totals({ clients, people, arrivals }: TotalsProps) {
  const t = useT();
  const age = useAge();
  const queues = clients.flatMap((client) => client.queues);
  const sum = (pick: (queue: FloorQueue) => number) => queues.reduce((all, queue) => all + pick(queue), 0);
  const oldest = Math.max(0, ...queues.map((queue) => age(queue) ?? 0));
  const staffing = ({ present, home, site }: FloorPeople) =>
    home === null ? t("floor.present_short", { n: present }) : t("floor.present_where", { n: present, home, site });
  const wrapup = allWrapup(queues);
  const below = queues.filter((queue) => queue.sl_today !== null && queue.sl_today < queue.target).length;
  const cards: [string, string, ...(string | undefined)[]][] = [
    [t("floor.waiting"), String(sum((queue) => queue.waiting)), oldest ? t("floor.oldest_short", { time: stopwatch(oldest) }) : undefined],
    [t("floor.active"), String(sum(inHand)), wrapup === null ? undefined : t("floor.wrapup_short", { n: wrapup })],
    [t("floor.available"), people ? String(people.available) : "–", people ? staffing(people) : people === null ? t("floor.few") : undefined],
    [t("floor.answered"), String(sum((queue) => queue.answered_today)), t("floor.abandoned_short", { n: sum((queue) => queue.abandoned_today) })],
    [t("floor.below"), String(below), t("floor.of_queues", { n: queues.length })],
  ];
  if (arrivals) {
    const between = { from: clock(arrivals.since), until: clock(arrivals.until) };
    cards.push(
      [t("floor.half_hour"), ...summed(arrivals, "half_hour"), t("floor.between", between)],
      [t("floor.today"), ...summed(arrivals, "today"), t("floor.until", between)],
    );
  }
  return (
    <dl className="totals">
      {cards.map(([label, value, ...notes]) => (
        <div key={label} className="card">
          <dt className="meta">{label}</dt>
          <dd className="total num">{value}</dd>
          {notes.map((note, at) => (
            <dd key={at} className="meta num">
              {note}
            </dd>
          ))}
        </div>
      ))}
    </dl>
  );
}

interface ClientFloorProps {
  floor: FloorClient;
  client: ClientRef | undefined;
  arrivals: ArrivalsNow | undefined;
}

function ClientFloor({ floor, client, arrivals }: ClientFloorProps) {
  const t = useT();
  const age = useAge();
  const name = client?.name ?? "";
  return (
    <section className="card floor-client" aria-label={name}>
      {name && <h2>{name}</h2>}
      <div className="table-scroll" role="group" aria-label={t("floor.queues")} tabIndex={0}>
        <table>
          <caption className="hidden-visually">{t("floor.queues")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("floor.queue")}</th>
              <th scope="col">{t("floor.waiting")}</th>
              <th scope="col">{t("floor.oldest")}</th>
              <th scope="col">{t("floor.active")}</th>
              <th scope="col">{t("floor.wrapup")}</th>
              <th scope="col">{t("floor.available")}</th>
              <th scope="col">{t("floor.answered")}</th>
              <th scope="col">{t("floor.abandoned")}</th>
              {arrivals && <th scope="col">{t("floor.half_hour")}</th>}
              {arrivals && <th scope="col">{t("floor.today")}</th>}
              <th scope="col" className="floor-level-head">{t("floor.sl")}</th>
            </tr>
          </thead>
          <tbody>
            {floor.queues.map((queue) => (
              <tr key={queue.queue_id}>
                <th scope="row">{queue.name}</th>
                <td className="num">{queue.waiting}</td>
                <td className="num">
                  <Age seconds={age(queue)} />
                </td>
                <td className="num">{inHand(queue)}</td>
                <td className="num">
                  <Told count={queue.wrapup} />
                </td>
                <td className="num">
                  <Told count={queue.available} />
                </td>
                <td className="num">{queue.answered_today}</td>
                <td className="num">{queue.abandoned_today}</td>
                {arrivals && <Came came={cameOf(arrivals, queue.queue_id)?.half_hour} />}
                {arrivals && <Came came={cameOf(arrivals, queue.queue_id)?.today} />}
                <td>
                  <Level queue={queue} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {floor.groups.length > 0 && <Groups groups={floor.groups} />}
    </section>
  );
}

/** What came beside what was expected; that nothing was published is said. */
function Came({ came }: { came: Arrivals | undefined }) {
  const t = useT();
  const n = came && came.expected !== null ? Math.round(came.expected) : null;
  const words = n === null ? t("floor.no_forecast") : t("floor.of_expected", { n });
  return (
    <td className="num" title={words}>
      {came?.came ?? "–"}
      <span className="meta" aria-hidden="true">{` / ${n ?? "–"}`}</span>
      <span className="hidden-visually">{words}</span>
    </td>
  );
}

/** A count of what people do; of a few people nothing is told. */
function Told({ count }: { count: number | null }) {
  const t = useT();
  if (count !== null) return count;
  return (
    <span title={t("floor.few")}>
      <span aria-hidden="true">–</span>
      <span className="hidden-visually">{t("floor.few")}</span>
    </span>
  );
}

function Age({ seconds }: { seconds: number | null }) {
  return seconds === null ? "–" : stopwatch(seconds);
}

/** Service level today beside its target, and by which formula; late or not is also written. */
function Level({ queue }: { queue: FloorQueue }) {
  const t = useT();
  const { sl_today: value, target, target_s: within, sl_formula: formula } = queue;
  const below = value !== null && value < target;
  return (
    <div className="floor-level">
      {value === null ? (
        <span className="meta">–</span>
      ) : (
        <Pill tone={below ? "bad" : "ok"} icon={below ? "arrow-down" : "check"}>
          {share(value)}
          {below && <span className="hidden-visually">{t("floor.below_target")}</span>}
        </Pill>
      )}
      <span className="meta num">{t("floor.target", { value: share(target), time: stopwatch(within) })}</span>
      <span className="meta floor-formula" title={formulaCode(formula)}>
        {formulaName(formula)}
      </span>
    </div>
  );
}

function Groups({ groups }: { groups: readonly FloorGroup[] }) {
  const t = useT();
  const placed = groups.some((group) => group.home !== null);
  return (
    <div className="table-scroll" role="group" aria-label={t("floor.groups")} tabIndex={0}>
      <table>
        <caption className="hidden-visually">{t("floor.groups")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("floor.group")}</th>
            <th scope="col">{t("floor.present")}</th>
            <th scope="col">{t("floor.available")}</th>
            <th scope="col">{t("floor.busy")}</th>
            <th scope="col">{t("floor.break")}</th>
            {placed && <th scope="col">{t("presence.home")}</th>}
            {placed && <th scope="col">{t("presence.site")}</th>}
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <tr key={group.group}>
              <th scope="row">{group.group === "others" ? t("floor.others") : group.group}</th>
              <td className="num">{group.present}</td>
              <td className="num">{group.available}</td>
              <td className="num">{group.busy}</td>
              <td className="num">{group.break}</td>
              {placed && <td className="num">{group.home ?? "–"}</td>}
              {placed && <td className="num">{group.site ?? "–"}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
