import { useState, type FormEvent } from "react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { OwnEvent } from "@/api/types";
import { explain } from "@/api/words";
import { Failed } from "@/failed";
import { useT } from "@/i18n";
import { longDay } from "@/i18n/format";
import { may, useSession } from "@/session";
import { Empty, Skeleton } from "@ui/bits";
import { Button } from "@ui/button";
import { Select, TextField } from "@ui/field";
import { say } from "@ui/toast";
import { Sections } from "./sections";
import "./workforce.css";
import "./words";

const key = ["plan", "events"];
const DAY_MS = 86_400_000;

function dayFrom(days: number): string {
  return new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
}

/** What the organisation knows of its days: a bill run, news of prices, a fault. */
export function EventsPage() {
  const t = useT();
  const plans = may(useSession(), "workforce.plan");
  const query = { from: dayFrom(-400), to: dayFrom(380) };
  const { data, error, isPending, refetch } = useQuery({
    queryKey: key,
    queryFn: () => api.get<OwnEvent[]>("/workforce/events", { query }),
  });
  const today = dayFrom(0);
  const ahead = (data ?? []).filter((one) => one.day >= today);
  const past = (data ?? []).filter((one) => one.day < today).reverse();
  return (
    <div className="page" data-region tabIndex={-1}>
      <header className="page-head">
        <h1>{t("events.title")}</h1>
        <Sections />
      </header>
      <p className="meta">{t("events.why")}</p>
      {plans && <NoteForm known={[...new Set((data ?? []).map((one) => one.kind))]} />}
      {isPending && <Skeleton label={t("loading")} lines={4} />}
      {error && <Failed error={error} retry={refetch} />}
      {data?.length === 0 && <Empty icon="clock" title={t("events.none")} />}
      {ahead.length > 0 && <List title={t("events.ahead")} events={ahead} plans={plans} />}
      {past.length > 0 && <List title={t("events.past")} events={past} plans={plans} />}
    </div>
  );
}

function NoteForm({ known }: { known: string[] }) {
  const t = useT();
  const queries = useQueryClient();
  const { clients } = useSession();
  const [day, setDay] = useState(dayFrom(1));
  const [kind, setKind] = useState("");
  const [name, setName] = useState("");
  const [client, setClient] = useState("");
  const [error, setError] = useState<string>();
  const note = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await api.post("/workforce/events", { day, kind, name, client_id: client || null });
      setName("");
      setError(undefined);
      say(t("events.noted"));
      await queries.invalidateQueries({ queryKey: key });
    } catch (wrong) {
      setError(explain(wrong));
    }
  };
  return (
    <form className="plan-form card plan-card" onSubmit={(event) => void note(event)}>
      <TextField label={t("plan.day")} type="date" required value={day} onChange={(event) => setDay(event.target.value)} />
      <TextField
        label={t("events.kind")}
        hint={known.length > 0 ? t("events.kinds", { kinds: known.join(", ") }) : undefined}
        required
        maxLength={60}
        value={kind}
        onChange={(event) => setKind(event.target.value)}
      />
      <TextField
        label={t("events.name")}
        required
        maxLength={200}
        value={name}
        error={error}
        onChange={(event) => setName(event.target.value)}
      />
      <Select label={t("events.client")} value={client} onChange={(event) => setClient(event.target.value)}>
        <option value="">{t("events.all")}</option>
        {clients.map((one) => (
          <option key={one.id} value={one.id}>
            {one.name}
          </option>
        ))}
      </Select>
      <Button type="submit" tone="outline">
        {t("events.note")}
      </Button>
    </form>
  );
}

function List({ title, events, plans }: { title: string; events: OwnEvent[]; plans: boolean }) {
  const t = useT();
  const queries = useQueryClient();
  const { clients } = useSession();
  const forget = async (id: string) => {
    try {
      await api.delete(`/workforce/events/${id}`);
    } catch (wrong) {
      say(explain(wrong));
    }
    await queries.invalidateQueries({ queryKey: key });
  };
  return (
    <section className="card stack plan-card">
      <h2>{title}</h2>
      <ul className="plan-edits" aria-label={title}>
        {events.map((one) => (
          <li key={one.id} className="row-flex wrap">
            <span className="grow">
              <strong>{longDay(`${one.day}T12:00:00Z`)}</strong> {one.name}{" "}
              <span className="meta">
                {one.kind} · {clients.find((client) => client.id === one.client_id)?.name ?? t("events.all")}
                {one.noted_by && ` (${one.noted_by})`}
              </span>
            </span>
            {plans && (
              <Button tone="link" aria-label={t("events.forget_one", { name: one.name })} onPress={() => void forget(one.id)}>
                {t("events.forget")}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
