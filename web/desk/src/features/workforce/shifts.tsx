import { Fragment, useState } from "react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { OwnShift, OwnShifts } from "@/api/types";
import { explain } from "@/api/words";
import { Failed } from "@/failed";
import { useT } from "@/i18n";
import { clock, longDay } from "@/i18n/format";
import { Empty, Skeleton } from "@ui/bits";
import { Button } from "@ui/button";
import { TextField } from "@ui/field";
import { say } from "@ui/toast";
import { Offers, OwnAdherenceCard } from "./own-day";
import { AskOfDay, Requests, WishesCard } from "./requests";
import "./workforce.css";
import "./words";

const key = ["own-shifts"];
const MINUTE_MS = 60_000;

/** One's own shifts of the coming weeks, made for a phone, and the address for one's calendar. */
export function ShiftsPage() {
  const t = useT();
  const [opened] = useState(() => Date.now());
  const { data, error, isPending, refetch } = useQuery({ queryKey: key, queryFn: () => api.get<OwnShifts>("/me/shifts") });
  return (
    <div className="page shifts" data-region tabIndex={-1}>
      <header className="page-head">
        <h1>{t("nav.shifts")}</h1>
      </header>
      {isPending && <Skeleton label={t("loading")} />}
      {error && <Failed error={error} retry={refetch} />}
      {data?.shifts.length === 0 && <Empty icon="clock" title={t("shifts.none")} />}
      <Offers />
      <ol className="stack">
        {daysOf(data?.shifts ?? []).map((own) => (
          <li key={own[0]!.starts_at} className="card">
            <p className="meta">{longDay(own[0]!.starts_at)}</p>
            {own.map((shift, n) => (
              <Fragment key={shift.starts_at}>
                {n > 0 && <p className="meta num">{t("shifts.gap", { times: `${clock(own[n - 1]!.ends_at)}–${clock(shift.starts_at)}` })}</p>}
                <p className="shift-time num">
                  {clock(shift.starts_at)}–{clock(shift.ends_at)}
                </p>
                <p>{shift.place === "home" ? t("shifts.home") : t("shifts.site")}</p>
                <Breaks shift={shift} />
              </Fragment>
            ))}
            {Date.parse(own[0]!.starts_at) > opened && <AskOfDay shift={own[0]!} />}
          </li>
        ))}
      </ol>
      {data && <Requests />}
      {data && <WishesCard />}
      {data && <OwnAdherenceCard />}
      {data && <Feed since={data.feed_since} />}
    </div>
  );
}

/** One's shifts day by day: of a day in parts both are asked for together, as they are given. */
export function daysOf(shifts: readonly OwnShift[]): OwnShift[][] {
  const found = new Map<string, OwnShift[]>();
  for (const one of shifts) found.set(one.day, [...(found.get(one.day) ?? []), one]);
  return [...found.values()];
}

/** When one's breaks are: one that a planner has moved is seen here. */
function Breaks({ shift }: { shift: OwnShift }) {
  const t = useT();
  const found: string[] = [];
  let at = Date.parse(shift.starts_at);
  for (const part of shift.parts) {
    const end = at + part.minutes * MINUTE_MS;
    if (part.kind === "meal" || part.kind === "pause") found.push(`${clock(new Date(at).toISOString())}–${clock(new Date(end).toISOString())}`);
    at = end;
  }
  return found.length === 0 ? null : <p className="meta num">{t("shifts.breaks", { times: found.join(", ") })}</p>;
}

function Feed({ since }: { since: string | null }) {
  const t = useT();
  const queries = useQueryClient();
  const [url, setUrl] = useState<string>();
  const act = async (work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (wrong) {
      say(explain(wrong));
    }
    await queries.invalidateQueries({ queryKey: key });
  };
  const open = () => act(async () => setUrl((await api.post<{ url: string }>("/me/shifts/feed")).url));
  const close = () =>
    act(async () => {
      await api.delete("/me/shifts/feed");
      setUrl(undefined);
    });
  return (
    <section className="card stack" aria-labelledby="shifts-feed">
      <h2 id="shifts-feed">{t("shifts.feed")}</h2>
      <p>{t("shifts.feed_why")}</p>
      {url && (
        <TextField
          label={t("shifts.address")}
          hint={t("shifts.once")}
          readOnly
          value={url}
          onFocus={(event) => event.target.select()}
        />
      )}
      <div className="row-flex">
        <Button tone="primary" onPress={() => void open()}>
          {since ? t("shifts.renew") : t("shifts.open")}
        </Button>
        {since && <Button onPress={() => void close()}>{t("shifts.close")}</Button>}
      </div>
    </section>
  );
}
