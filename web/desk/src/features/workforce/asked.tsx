import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import { whole } from "@/api/whole";
import type { Page, ShiftRequest } from "@/api/types";
import { explain } from "@/api/words";
import { FailedOf } from "@/failed";
import { useT } from "@/i18n";
import { longDay } from "@/i18n/format";
import { Empty, Skeleton } from "@ui/bits";
import { Button } from "@ui/button";
import { TextField } from "@ui/field";
import { say } from "@ui/toast";
import { useAgain } from "./api";
import { ruleOf, times } from "./requests";
import { Sections } from "./sections";
import "./workforce.css";
import "./words";

/** So many of the latest requests are looked through for what can be undone. */
const LATEST = 50;

/** What people ask of their shifts and a planner decides, and what was done and can be undone. */
export function AskedPage() {
  const t = useT();
  const [opened] = useState(() => Date.now());
  const waiting = useQuery({
    queryKey: ["plan", "requests", "waiting"],
    queryFn: () => whole<ShiftRequest>("/workforce/requests", { query: { only: "waiting" } }),
  });
  const latest = useQuery({
    queryKey: ["plan", "requests", "latest"],
    queryFn: () => api.get<Page<ShiftRequest>>("/workforce/requests", { query: { limit: LATEST } }),
  });
  // Whom a swap is asked of answers it: only leave is a planner's.
  const leave = (waiting.data ?? []).filter((one) => one.kind === "leave");
  const ahead = (one: ShiftRequest) => [...one.was, ...one.becomes].every((shift) => Date.parse(shift.starts_at) > opened);
  const done = (latest.data?.items ?? []).filter((one) => one.state === "done" && ahead(one));
  return (
    <div className="page" data-region tabIndex={-1}>
      <header className="page-head">
        <h1>{t("asked.title")}</h1>
        <Sections />
      </header>
      {(waiting.isPending || latest.isPending) && <Skeleton label={t("loading")} lines={4} />}
      <FailedOf all={[waiting, latest]} />
      {waiting.data && leave.length === 0 && <Empty icon="clock" title={t("asked.none")} />}
      {leave.length > 0 && (
        <section className="card stack plan-card">
          <h2>{t("asked.decide")}</h2>
          <ul className="plan-edits" aria-label={t("asked.decide")}>
            {leave.map((one) => (
              <Waiting key={one.id} request={one} />
            ))}
          </ul>
        </section>
      )}
      {done.length > 0 && (
        <section className="card stack plan-card">
          <h2>{t("asked.done")}</h2>
          <ul className="plan-edits" aria-label={t("asked.done")}>
            {done.map((one) => (
              <Done key={one.id} request={one} />
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function useWhat(one: ShiftRequest): { what: string; day: string } {
  const t = useT();
  const name = one.operator_name;
  const kinds: Record<string, string> = {
    leave: t("asked.leave", { name }),
    stand_in: t("asked.stand_in", { name }),
    swap: t("asked.swap", { name, other: one.other_name ?? "" }),
  };
  const what = kinds[one.kind]!;
  return { what, day: longDay(`${one.day}T12:00:00Z`) };
}

function useAct(): (work: () => Promise<unknown>, done: string) => Promise<void> {
  const again = useAgain();
  return async (work, done) => {
    try {
      await work();
      say(done);
    } catch (wrong) {
      say(explain(wrong));
    }
    await again();
  };
}

function Waiting({ request }: { request: ShiftRequest }) {
  const t = useT();
  const act = useAct();
  const [why, setWhy] = useState("");
  const { what, day } = useWhat(request);
  const decide = (grants: boolean) =>
    act(
      () => api.post(`/workforce/requests/${request.id}/decision`, grants ? { grants } : { grants, why }),
      grants ? t("asked.granted") : t("asked.refused"),
    );
  return (
    <li className="stack">
      <span>
        <strong>{day}</strong> {what} <span className="num meta">{times(request.was)}</span>
      </span>
      {request.note && <span className="meta">{request.note}</span>}
      {request.why.map((one, at) => (
        <span key={at} className="meta">
          {ruleOf(one)}
        </span>
      ))}
      <div className="plan-form">
        <Button tone="primary" aria-label={t("asked.grant_of", { what, day })} onPress={() => void decide(true)}>
          {t("asked.grant")}
        </Button>
        <TextField label={t("asked.reason")} maxLength={500} value={why} onChange={(event) => setWhy(event.target.value)} />
        <Button tone="outline" aria-label={t("asked.refuse_of", { what, day })} isDisabled={why.trim() === ""} onPress={() => void decide(false)}>
          {t("asked.refuse")}
        </Button>
      </div>
    </li>
  );
}

function Done({ request }: { request: ShiftRequest }) {
  const t = useT();
  const act = useAct();
  const { what, day } = useWhat(request);
  const undo = () => act(() => api.post(`/workforce/requests/${request.id}/undo`), t("asked.undone"));
  return (
    <li className="row-flex wrap">
      <span className="grow">
        <strong>{day}</strong> {what} <span className="num meta">{times(request.kind === "stand_in" ? request.becomes : request.was)}</span>
      </span>
      <Button tone="outline" aria-label={t("asked.undo_of", { what, day })} onPress={() => void undo()}>
        {t("asked.undo")}
      </Button>
    </li>
  );
}
