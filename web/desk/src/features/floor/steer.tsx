import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { whole } from "@/api/whole";
import { explain } from "@/api/words";
import type { FloorQueue, Intervention, OperatorRef, Queue } from "@/api/types";
import { useT } from "@/i18n";
import { queuesQuery, useAllQueues } from "@/reference";
import { clock, share, stopwatch } from "@/i18n/format";
import { Pill } from "@ui/bits";
import { Button } from "@ui/button";
import { Icon } from "@ui/icon";
import { say as toast } from "@ui/toast";
import { alertsOf, type Alert } from "./alerts";
import { InterveneDialog, type Kind } from "./intervene";
import "./words";

const key = ["live", "interventions"];
const AGAIN_MS = 15_000;

/** One alert in words. */
export function alertWords(t: ReturnType<typeof useT>, { kind, value, limit }: Alert): string {
  if (kind === "overdue") return t("steer.overdue", { time: stopwatch(value ?? 0), limit: stopwatch(limit ?? 0) });
  if (kind === "nobody") return t("steer.nobody", { n: value });
  return t("steer.below", { value: share(value), limit: share(limit) });
}

interface Props {
  queues: readonly FloorQueue[];
  age: (queue: FloorQueue) => number | null;
}

/** Alerts with what can be done about each, and what is being done, with the way back. */
export function Steering({ queues, age }: Props) {
  const t = useT();
  const queries = useQueryClient();
  const [asked, setAsked] = useState<{ queue: FloorQueue; kind: Kind; alerts: Alert[] } | null>(null);
  const all = useAllQueues();
  const done = useQuery({ queryKey: key, queryFn: () => whole<Intervention>("/interventions"), refetchInterval: AGAIN_MS });
  const refresh = () => {
    void queries.invalidateQueries({ queryKey: key });
    void queries.invalidateQueries({ queryKey: queuesQuery.queryKey });
  };
  const undo = useMutation({
    mutationFn: (id: string) => api.delete<Intervention>(`/interventions/${id}`),
    onSuccess: () => {
      refresh();
      toast(t("steer.undone"));
    },
    onError: (error) => toast(explain(error)),
  });
  const running = done.data?.filter((one) => one.ended_at === null) ?? [];
  const rulesOf = (id: string) => all.data?.find((queue) => queue.id === id);
  const may = (queue: FloorQueue, kind: Kind): boolean => {
    const rules = rulesOf(queue.queue_id);
    if (!rules) return false;
    if (kind === "skill") return needs(rules).length > 0;
    if (running.some((one) => one.kind === kind && one.queue_id === queue.queue_id)) return false;
    return kind === "message"
      ? ["webchat", "messaging"].includes(rules.channel)
      : (all.data ?? []).some((other) => helps(other, rules));
  };
  const kinds: { kind: Kind; label: string; icon: "users" | "arrow-right-left" | "message-square-text" }[] = [
    { kind: "skill", label: t("steer.skill"), icon: "users" },
    { kind: "overflow", label: t("steer.overflow"), icon: "arrow-right-left" },
    { kind: "message", label: t("steer.message"), icon: "message-square-text" },
  ];
  const alerted = alertsOf(queues, age);
  return (
    <>
      {alerted.length > 0 && (
        <section className="card steer" aria-label={t("steer.alerts")}>
          <h2>
            <Icon name="triangle-alert" />
            {t("steer.alerts")}
          </h2>
          <ul>
            {alerted.map(({ queue, alerts }) => (
              <li key={queue.queue_id}>
                <div className="grow">
                  <strong>{queue.name}</strong>
                  <p className="meta num">{alerts.map((alert) => alertWords(t, alert)).join(" · ")}</p>
                </div>
                <div className="row-flex wrap" role="group" aria-label={t("steer.what", { queue: queue.name })}>
                  {kinds
                    .filter(({ kind }) => may(queue, kind))
                    .map(({ kind, label, icon }) => (
                      <Button key={kind} tone="outline" icon={icon} onPress={() => setAsked({ queue, kind, alerts })}>
                        {label}
                      </Button>
                    ))}
                </div>
              </li>
            ))}
          </ul>
        </section>
      )}
      {done.data && done.data.length > 0 && (
        <section className="card steer" aria-label={t("steer.done")}>
          <h2>{t("steer.done")}</h2>
          <ul>
            {done.data.map((one) => (
              <li key={one.id}>
                <div className="grow">
                  <Told one={one} queue={rulesOf(one.queue_id)?.name ?? ""} into={rulesOf(String(one.after.overflow_queue_id))?.name ?? ""} />
                </div>
                {one.ended_at === null ? (
                  <Button
                    tone="outline"
                    icon="undo-2"
                    isDisabled={undo.isPending}
                    aria-label={t("steer.undo_of", { what: one.why })}
                    onPress={() => undo.mutate(one.id)}
                  >
                    {t("steer.undo")}
                  </Button>
                ) : (
                  <Pill>{one.ended_how === "expired" ? t("steer.expired") : t("steer.undone_by", { name: one.ended_by ?? "" })}</Pill>
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
      {asked && (
        <InterveneDialog
          queue={asked.queue}
          rules={rulesOf(asked.queue.queue_id)!}
          others={(all.data ?? []).filter((other) => helps(other, rulesOf(asked.queue.queue_id)!))}
          kind={asked.kind}
          alerts={asked.alerts}
          why={`${asked.queue.name}: ${asked.alerts.map((alert) => alertWords(t, alert)).join("; ")}`}
          onClose={() => setAsked(null)}
          onDone={(one) => {
            setAsked(null);
            refresh();
            toast(t("steer.is_done"), { label: t("undo"), run: () => undo.mutate(one.id) });
          }}
        />
      )}
    </>
  );
}

/** What the first ring of a queue asks for. */
export function needs(queue: Queue): [string, number][] {
  return ((queue.rings[0]?.needs ?? []) as [string, number][]).slice();
}

function helps(other: Queue, queue: Queue): boolean {
  return other.id !== queue.id && other.client_id === queue.client_id && other.channel === queue.channel;
}

function Told({ one, queue, into }: { one: Intervention; queue: string; into: string }) {
  const t = useT();
  const person = useQuery({
    queryKey: ["operator", one.operator_id],
    queryFn: () => api.get<OperatorRef>(`/operators/${one.operator_id}`),
    enabled: one.operator_id !== null,
    staleTime: Infinity,
  }).data;
  const what: Record<Intervention["kind"], string> = {
    skill: t("steer.did_skill", { queue, name: person?.display_name ?? "", codes: Object.keys(one.after).join(", ") }),
    overflow: t("steer.did_overflow", { queue, into }),
    message: t("steer.did_message", { queue, text: String(one.after.message ?? "") }),
  };
  return (
    <>
      <strong>{what[one.kind]}</strong>
      <p className="meta num">
        {one.why}
        <br />
        {t("steer.who", { name: one.by_name, at: clock(one.begun_at), until: clock(one.until) })}
      </p>
    </>
  );
}
