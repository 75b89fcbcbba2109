import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { api } from "@/api/client";
import { explain } from "@/api/words";
import type { ClientRef, FloorGroup, FloorQueue, FloorTick } from "@/api/types";
import { useT } from "@/i18n";
import { clock, share, stopwatch } from "@/i18n/format";
import { useLive, useTable, useTopic } from "@/live/react";
import { useQueues } from "@/reference";
import { useSession } from "@/session";
import { Empty, Pill, Skeleton } from "@ui/bits";
import { Icon } from "@ui/icon";
import "@ui/table.css";
import "./floor.css";

type FloorAnswer = FloorTick | FloorTick[] | { at: string; queues: FloorQueue[]; groups: FloorGroup[] };

/** The floor: queues against their targets, and groups of at least five people. */
export function FloorPage() {
  const t = useT();
  const { store } = useLive();
  const session = useSession();
  useTopic("floor");
  const ticks = useTable("floor");
  const first = useQuery({
    queryKey: ["live", "floor"],
    queryFn: () => api.get<FloorAnswer>("/floor"),
    staleTime: 0,
  });
  const { data } = first;
  useEffect(() => {
    if (!data) return;
    for (const tick of Array.isArray(data) ? data : split(data)) {
      const key = tick.client_id ?? "";
      const old = store.get("floor", key);
      if (!old || old.at < tick.at) store.set("floor", key, tick);
    }
  }, [data, store]);
  const list = [...ticks.values()];
  const at = list.map((tick) => tick.at).sort().at(-1);
  return (
    <div className="page" data-region tabIndex={-1}>
      <header className="page-head">
        <h1>{t("nav.floor")}</h1>
        {at && <span className="meta num">{t("floor.at", { time: clock(at) })}</span>}
      </header>
      {list.length === 0 && first.isPending && <Skeleton label={t("loading")} lines={6} />}
      {list.length === 0 && first.error && <Empty icon="triangle-alert" title={explain(first.error)} />}
      {list.length === 0 && first.data && <Empty icon="activity" title={t("floor.empty")} />}
      {list.length > 0 && <Totals ticks={list} />}
      {list.map((tick) => (
        <ClientFloor key={tick.client_id} tick={tick} client={session.clients.find((one) => one.id === tick.client_id)} />
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

/** A floor answer over all clients, as one tick per client. */
function split(answer: { at: string; queues: FloorQueue[]; groups: FloorGroup[]; client_id?: string | null }): FloorTick[] {
  if (answer.client_id) return [answer as FloorTick];
  const clients = new Map<string, FloorTick>();
  const tick = (id: string) => {
    const made = clients.get(id) ?? { at: answer.at, client_id: id, queues: [], groups: [] };
    clients.set(id, made);
    return made;
  };
  for (const queue of answer.queues) {
    tick((queue as FloorQueue & { client_id?: string }).client_id ?? "").queues.push(queue);
  }
  for (const group of answer.groups) tick(group.client_id ?? "").groups.push(group);
  return [...clients.values()];
}

function Totals({ ticks }: { ticks: FloorTick[] }) {
  const t = useT();
  const queues = ticks.flatMap((tick) => tick.queues);
  const groups = ticks.flatMap((tick) => tick.groups);
  const sum = (pick: (queue: FloorQueue) => number) => queues.reduce((all, queue) => all + pick(queue), 0);
  const oldest = Math.max(0, ...queues.map((queue) => queue.oldest_wait_s ?? 0));
  const below = queues.filter((q) => q.sl_today !== null && q.target !== null && q.sl_today < q.target).length;
  const cards: [string, string, string?][] = [
    [t("floor.waiting"), String(sum((queue) => queue.waiting)), oldest ? t("floor.oldest_short", { time: stopwatch(oldest) }) : undefined],
    [t("floor.active"), String(sum((queue) => queue.active)), t("floor.wrapup_short", { n: sum((queue) => queue.wrapup) })],
    [t("floor.available"), String(groups.reduce((all, group) => all + group.available, 0)), t("floor.present_short", { n: groups.reduce((all, group) => all + group.present, 0) })],
    [t("floor.below"), String(below), t("floor.of_queues", { n: queues.length })],
  ];
  return (
    <dl className="totals">
      {cards.map(([label, value, note]) => (
        <div key={label} className="card">
          <dt className="meta">{label}</dt>
          <dd className="total num">{value}</dd>
          <dd className="meta num">{note}</dd>
        </div>
      ))}
    </dl>
  );
}

function ClientFloor({ tick, client }: { tick: FloorTick; client: ClientRef | undefined }) {
  const t = useT();
  const names = useQueues();
  const name = client?.name ?? "";
  return (
    <section className="card floor-client" aria-label={name}>
      {name && <h2>{name}</h2>}
      <div className="table-scroll" role="group" aria-label={t("floor.queues")} tabIndex={-1}>
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
              <th scope="col">{t("floor.sl")}</th>
            </tr>
          </thead>
          <tbody>
            {tick.queues.map((queue) => (
              <tr key={queue.queue_id}>
                <th scope="row">{queue.name ?? names.find((one) => one.id === queue.queue_id)?.name ?? queue.queue_id}</th>
                <td className="num">{queue.waiting}</td>
                <td className="num">{queue.oldest_wait_s === null ? "–" : stopwatch(queue.oldest_wait_s)}</td>
                <td className="num">{queue.active + queue.offered}</td>
                <td className="num">{queue.wrapup}</td>
                <td className="num">{queue.available}</td>
                <td>
                  <Level value={queue.sl_today} target={queue.target} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {tick.groups.length > 0 && <Groups groups={tick.groups} />}
    </section>
  );
}

/** Service level today beside its target; late or not is also written. */
function Level({ value, target }: { value: number | null; target: number | null }) {
  const t = useT();
  if (value === null) return <span className="meta">–</span>;
  const below = target !== null && value < target;
  return (
    <span className="row-flex wrap">
      <Pill tone={below ? "bad" : target === null ? "plain" : "ok"} icon={below ? "arrow-down" : "check"}>
        {share(value)}
        {below && <span className="hidden-visually">{t("floor.below_target")}</span>}
      </Pill>
      {target !== null && <span className="meta num">{t("floor.target", { value: share(target) })}</span>}
    </span>
  );
}

function Groups({ groups }: { groups: FloorGroup[] }) {
  const t = useT();
  return (
    <div className="table-scroll" role="group" aria-label={t("floor.groups")} tabIndex={-1}>
      <table>
        <caption className="hidden-visually">{t("floor.groups")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("floor.group")}</th>
            <th scope="col">{t("floor.present")}</th>
            <th scope="col">{t("floor.available")}</th>
            <th scope="col">{t("floor.busy")}</th>
            <th scope="col">{t("floor.break")}</th>
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <tr key={group.group}>
              <th scope="row">{group.group}</th>
              <td className="num">{group.present}</td>
              <td className="num">{group.available}</td>
              <td className="num">{group.busy}</td>
              <td className="num">{group.break}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
