import { useState, type FormEvent } from "react";
import { api } from "@/api/client";
import type { Brought, Intraday, Lever, LeverBody, Queue, Tried } from "@/api/types";
import { explain } from "@/api/words";
import { useT } from "@/i18n";
import { clock, share } from "@/i18n/format";
import { Pill } from "@ui/bits";
import { Button } from "@ui/button";
import { Select, TextField } from "@ui/field";
import { say } from "@ui/toast";
import { useAgain } from "./api";

const HALF_HOUR_MS = 1_800_000;
/** Where those who wait can be told something and choose another way. */
const TOLD_CHANNELS = ["webchat", "messaging"];
const WORDS = ["callback", "channel_shift"];

interface Props {
  day: Intraday;
  queues: Queue[];
}

/** What can be done about the rest of the day: each tried out by simulation before it is done. */
export function Levers({ day, queues }: Props) {
  const t = useT();
  const again = useAgain();
  const ahead = day.half_hours.filter((one) => Date.parse(one.starts_at) > Date.parse(day.at));
  const [from, setFrom] = useState(0);
  const [until, setUntil] = useState(1);
  const [people, setPeople] = useState("1");
  const [part, setPart] = useState("10");
  const [other, setOther] = useState("");
  const [reason, setReason] = useState("");
  const [words, setWords] = useState("");
  const [tried, setTried] = useState<{ bodies: LeverBody[]; found: Tried }>();
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const label = useKinds();
  const most = Math.round(day.told_share_most * 100);
  const end = (at: string) => new Date(Date.parse(at) + HALF_HOUR_MS).toISOString();
  const first = ahead[Math.min(from, ahead.length - 1)];
  const last = ahead[Math.min(Math.max(until, from), ahead.length - 1)];
  const queue = queues.find((one) => one.id === day.queue_id);
  const others = queues.filter((one) => one.id !== day.queue_id && one.client_id === queue?.client_id);
  const canTell = queue !== undefined && TOLD_CHANNELS.includes(queue.channel);

  const bodies = (): LeverBody[] => {
    const window = { from_at: first!.starts_at, until_at: end(last!.starts_at) };
    const empty = { people: Number(people) || 1, share: 0, other_queue_id: null, to_at: null };
    const found: LeverBody[] = [
      { kind: "time_off", ...window, ...empty },
      { kind: "extra_hours", ...window, ...empty },
    ];
    const told = { ...window, ...empty, people: 0, share: (Number(part) || 10) / 100 };
    if (canTell) found.push({ kind: "callback", ...told }, { kind: "channel_shift", ...told });
    // A break is half an hour, moved to what follows the stretch.
    const following = ahead.find((one) => Date.parse(one.starts_at) >= Date.parse(window.until_at));
    if (following) {
      const half = { from_at: window.from_at, until_at: end(window.from_at) };
      found.push({ kind: "break_move", ...empty, ...half, to_at: following.starts_at });
    }
    if (other) {
      found.push({ kind: "skill_move", ...window, ...empty, other_queue_id: other });
      // Work of one channel goes on in a queue of the same.
      if (queues.find((one) => one.id === other)?.channel === queue?.channel) {
        found.push({ kind: "overflow", ...window, ...empty, people: 0, other_queue_id: other });
      }
    }
    return found;
  };
  const act = async (work: () => Promise<void>) => {
    setBusy(true);
    try {
      await work();
      setError(undefined);
    } catch (wrong) {
      setError(explain(wrong));
    }
    setBusy(false);
  };
  const attempt = (event: FormEvent) => {
    event.preventDefault();
    void act(async () => {
      const levers = bodies();
      setTried(undefined);
      const found = await api.post<Tried>("/workforce/intraday/levers/try", { queue_id: day.queue_id, levers });
      setTried({ bodies: levers, found });
    });
  };
  const pull = (body: LeverBody) =>
    act(async () => {
      const lever = WORDS.includes(body.kind) ? { ...body, message: words } : body;
      const { reached } = await api.post<Lever>("/workforce/intraday/levers", { queue_id: day.queue_id, lever, reason });
      say(reached.asked > 0 ? t("levers.offered", { n: reached.asked }) : t("levers.done"));
      setTried(undefined);
      setReason("");
      await again();
    });
  if (ahead.length === 0) return <Pulled levers={day.levers} />;
  const stretch = (value: number, set: (at: number) => void, name: string, after: boolean) => (
    <Select label={name} value={value} onChange={(event) => set(Number(event.target.value))}>
      {ahead.map((one, at) => (
        <option key={one.starts_at} value={at}>
          {clock(after ? end(one.starts_at) : one.starts_at)}
        </option>
      ))}
    </Select>
  );
  return (
    <section className="card stack plan-card" aria-labelledby="levers">
      <h2 id="levers">{t("levers.title")}</h2>
      <p className="meta">{t("levers.why")}</p>
      <form className="plan-form" onSubmit={attempt}>
        {stretch(from, setFrom, t("plan.from"), false)}
        {stretch(Math.max(until, from), setUntil, t("plan.until"), true)}
        <TextField label={t("levers.people")} type="number" min={1} max={500} required value={people} onChange={(event) => setPeople(event.target.value)} />
        <TextField label={t("levers.share")} hint={t("levers.share_most", { n: most })} type="number" min={1} max={most} required value={part} onChange={(event) => setPart(event.target.value)} />
        {others.length > 0 && (
          <Select label={t("levers.other")} value={other} onChange={(event) => setOther(event.target.value)}>
            <option value="">{t("levers.no_other")}</option>
            {others.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </Select>
        )}
        <Button type="submit" tone="outline" icon="activity" isDisabled={busy}>
          {t("levers.try")}
        </Button>
      </form>
      {error && (
        <p className="field-error" role="alert">
          {error}
        </p>
      )}
      {tried && (
        <>
          <TextField label={t("plan.reason")} value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
          {canTell && (
            <TextField label={t("levers.words")} hint={t("levers.words_hint")} value={words} maxLength={1000} onChange={(event) => setWords(event.target.value)} />
          )}
          <p role="status" className="num">
            {t("levers.as_it_is", { level: level(tried.found.as_it_is.queues[day.queue_id]) })}
          </p>
          <ul className="plan-edits" aria-label={t("levers.tried")}>
            {tried.bodies.map((body, at) => (
              <li key={body.kind} className="row-flex wrap">
                <span className="grow">
                  <strong>{label(body.kind)}</strong>{" "}
                  <span className="num">
                    {clock(body.from_at)}–{clock(body.until_at)}
                    {body.to_at && ` → ${clock(body.to_at)}`}
                  </span>{" "}
                  <Effect tried={tried.found} at={at} own={day.queue_id} queues={queues} />
                </span>
                <Button
                  tone="outline"
                  isDisabled={busy || reason.trim() === "" || (WORDS.includes(body.kind) && words.trim() === "")}
                  aria-label={t("levers.pull_one", { what: label(body.kind) })}
                  onPress={() => void pull(body)}
                >
                  {t("levers.pull")}
                </Button>
              </li>
            ))}
          </ul>
        </>
      )}
      <Pulled levers={day.levers} />
    </section>
  );
}

function level(one: Brought | undefined): string {
  return share(one?.service_level ?? null);
}

/** What the rest of the day comes to with one lever pulled, in each queue that it touches. */
function Effect({ tried, at, own, queues }: { tried: Tried; at: number; own: string; queues: Queue[] }) {
  const t = useT();
  const one = tried.levers[at]!;
  const hours = one.paid_hours;
  return (
    <span className="num">
      {Object.entries(one.queues)
        .filter(([id, found]) => id === own || found.service_level !== tried.as_it_is.queues[id]?.service_level)
        .map(([id, found]) => (
          <span key={id}>
            {id === own ? "" : `${queues.find((queue) => queue.id === id)?.name ?? ""}: `}
            {t("levers.becomes", {
              before: level(tried.as_it_is.queues[id]),
              after: level(found),
              low: share(found.low),
              high: share(found.high),
            })}{" "}
          </span>
        ))}
      {hours !== 0 && <span className="meta">{hours > 0 ? t("levers.more_hours", { n: hours }) : t("levers.fewer_hours", { n: -hours })}</span>}
    </span>
  );
}

/** What is done about the day, each with its reason, what it was said to bring, and the way back. */
function Pulled({ levers }: { levers: Lever[] }) {
  const t = useT();
  const again = useAgain();
  const label = useKinds();
  if (levers.length === 0) return null;
  const undo = async (id: string) => {
    try {
      await api.post(`/workforce/intraday/levers/${id}/undo`);
    } catch (wrong) {
      say(explain(wrong));
    }
    await again();
  };
  return (
    <ul className="plan-edits" aria-label={t("levers.pulled")}>
      {levers.map((one) => (
        <li key={one.id} className="row-flex wrap">
          <span className="grow">
            {label(one.kind)}{" "}
            <span className="num">
              {clock(one.from_at)}–{clock(one.until_at)}
            </span>{" "}
            · {one.reason} <span className="meta">({one.pulled_by})</span> <Reached one={one} />
          </span>
          {one.undone_at ? (
            <Pill>{t("levers.undone")}</Pill>
          ) : (
            <Button tone="link" aria-label={t("levers.undo_one", { what: label(one.kind) })} onPress={() => void undo(one.id)}>
              {t("plan.undo")}
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}

/** How far a lever reached: numbers, never names; and why what should have begun did not. */
function Reached({ one }: { one: Lever }) {
  const t = useT();
  const why = useReasons();
  const { asked, due, done, failed } = one.reached;
  const offered = one.kind === "time_off" || one.kind === "extra_hours";
  const pieces = [
    offered && t("levers.agreed", { done, asked: asked + done }),
    !offered && done > 0 && t("levers.running", { n: done }),
    !offered && due > 0 && one.undone_at === null && t("levers.due", { n: due, at: clock(one.from_at) }),
    // Two codes may have the same words.
    ...new Set(failed.map((code) => t("levers.failed", { why: why(code) }))),
  ];
  return <span className="meta num">{pieces.filter(Boolean).join(" · ")}</span>;
}

function useReasons(): (code: string) => string {
  const t = useT();
  const words: Record<string, string> = {
    "workforce.lever_too_late": t("levers.too_late"),
    "workforce.lever_of_nobody": t("levers.of_nobody"),
    "routing.already_done": t("levers.twice"),
    "routing.queue_unknown": t("levers.queue_gone"),
    "routing.operator_unknown": t("levers.operator_gone"),
    "routing.bad_intervention": t("levers.unfit"),
  };
  return (code) => words[code] ?? t("levers.refused");
}

function useKinds(): (kind: string) => string {
  const t = useT();
  const words: Record<string, string> = {
    time_off: t("levers.time_off"),
    extra_hours: t("levers.extra_hours"),
    break_move: t("levers.break_move"),
    skill_move: t("levers.skill_move"),
    overflow: t("levers.overflow"),
    callback: t("levers.callback"),
    channel_shift: t("levers.channel_shift"),
  };
  return (kind) => words[kind] ?? kind;
}
