import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState, type FormEvent, type ReactNode } from "react";
import { api } from "@/api/client";
import { whole } from "@/api/whole";
import type { AdminAccount, AdminChannel, AdminClient, AdminOperator, AdminQueue, Calendar, OperatorRef, Page } from "@/api/types";
import { useT } from "@/i18n";
import { may, useSession } from "@/session";
import { Pill, Skeleton } from "@ui/bits";
import { Button } from "@ui/button";
import { Select, TextField } from "@ui/field";
import { Icon } from "@ui/icon";
import { Embed } from "./channels";
import { templates } from "./hours";
import { options, refresh } from "./refs";
import { reason } from "./refusals";

interface State {
  clients: AdminClient[];
  calendars: Calendar[];
  queues: AdminQueue[];
  channels: AdminChannel[];
  operators: OperatorRef[];
}

async function look(signal: AbortSignal): Promise<State> {
  const [clients, calendars, queues, channels, operators] = await Promise.all([
    whole<AdminClient>("/clients", { signal }),
    whole<Calendar>("/calendars", { signal }),
    whole<AdminQueue>("/queues", { signal }),
    whole<AdminChannel>("/channels", { signal }),
    api.get<Page<OperatorRef>>("/operators", { query: { limit: 5 }, signal }).then((page) => page.items),
  ]);
  return { clients, calendars, queues, channels, operators };
}

/** From an empty organisation to the first conversation: five things, one after the other. */
export function Start() {
  const t = useT();
  const { data: state } = useQuery({ queryKey: ["admin", "start"], queryFn: ({ signal }) => look(signal) });
  if (!state) return <Skeleton label={t("loading")} lines={6} />;
  const done = [state.clients, state.calendars, state.queues, state.channels, state.operators].map((list) => list.length > 0);
  const next = done.indexOf(false);
  const steps = [
    { title: t("admin.step.client"), section: "clients", names: state.clients.map((one) => one.name), form: <ClientStep /> },
    { title: t("admin.step.hours"), section: "hours", names: state.calendars.map((one) => one.name), form: <HoursStep state={state} /> },
    { title: t("admin.step.queue"), section: "queues", names: state.queues.map((one) => one.name), form: <QueueStep state={state} /> },
    { title: t("admin.step.channel"), section: "channels", names: state.channels.map((one) => one.name), form: <ChannelStep state={state} /> },
    { title: t("admin.step.people"), section: "people", names: state.operators.map((one) => one.display_name), form: <PeopleStep state={state} /> },
  ];
  return (
    <>
      <header className="page-head">
        <h1>{t("admin.start")}</h1>
        <Pill tone={next < 0 ? "ok" : "info"}>{t("admin.start.done", { n: done.filter(Boolean).length, all: done.length })}</Pill>
      </header>
      <p className="meta">{t("admin.start.about")}</p>
      <ol className="admin-steps">
        {steps.map(({ title, section, names, form }, at) => (
          <li key={section} className="card stack" aria-current={at === next ? "step" : undefined}>
            <div className="row-flex wrap">
              <Icon name={done[at] ? "check" : "chevron-right"} />
              <h2 className="grow">
                {at + 1}. {title}
              </h2>
              {done[at] && <Pill tone="ok">{t("admin.step.ready")}</Pill>}
            </div>
            {done[at] ? (
              <p className="row-flex wrap">
                <span className="grow">{names.slice(0, 4).join(", ")}</span>
                <Link to="/admin/$section" params={{ section }} className="button button-outline">
                  {t("admin.step.see")}
                </Link>
              </p>
            ) : at === next ? (
              form
            ) : (
              <p className="meta">{t("admin.step.later")}</p>
            )}
          </li>
        ))}
      </ol>
      {next < 0 && <Finish state={state} />}
    </>
  );
}

interface StepProps {
  submit: string;
  act: () => Promise<unknown>;
  /** What is missing, in words. */
  wrong?: () => string | undefined;
  children: (error: string | undefined) => ReactNode;
}

/** One short form; its first field tells what is wrong. */
function Step({ submit, act, wrong, children }: StepProps) {
  const queries = useQueryClient();
  const [error, setError] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    const found = wrong?.();
    setError(found);
    if (found) return;
    setBusy(true);
    try {
      await act();
      await refresh(queries);
    } catch (refused) {
      setError(reason(refused));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="stack" noValidate onSubmit={(event) => void send(event)}>
      {children(error)}
      <div>
        <Button type="submit" tone="primary" isDisabled={busy}>
          {submit}
        </Button>
      </div>
    </form>
  );
}

function ClientStep() {
  const t = useT();
  const [name, setName] = useState("");
  return (
    <Step submit={t("admin.create")} wrong={() => (name.trim() ? undefined : t("admin.required"))} act={() => api.post("/clients", { name: name.trim() })}>
      {(error) => (
        <TextField label={t("admin.step.client.name")} hint={t("admin.step.client.hint")} error={error} required value={name} onChange={(event) => setName(event.target.value)} />
      )}
    </Step>
  );
}

function HoursStep({ state }: { state: State }) {
  const t = useT();
  const [chosen, setChosen] = useState(templates[0]!.id);
  const act = async () => {
    const template = templates.find(({ id }) => id === chosen)!;
    const hours = { timezone: "Europe/Rome", weekly: template.weekly, italian_holidays: template.holidays };
    const calendar = await api.post<Calendar>("/calendars", { name: t(template.label), hours });
    const client = state.clients[0]!;
    await api.patch(`/clients/${client.id}`, { v: client.v, default_calendar_id: calendar.id });
  };
  return (
    <Step submit={t("admin.create")} act={act}>
      {(error) => (
        <Select label={t("admin.step.hours.choose")} hint={t("admin.step.hours.hint")} error={error} value={chosen} onChange={(event) => setChosen(event.target.value)}>
          {templates.map(({ id, label }) => (
            <option key={id} value={id}>
              {t(label)}
            </option>
          ))}
        </Select>
      )}
    </Step>
  );
}

const promises: Record<string, { target_share: number; target_s: number }> = {
  usual: { target_share: 0.8, target_s: 60 },
  quick: { target_share: 0.9, target_s: 20 },
  calm: { target_share: 0.8, target_s: 180 },
};

function QueueStep({ state }: { state: State }) {
  const t = useT();
  const [name, setName] = useState(t("admin.step.queue.default"));
  const [promise, setPromise] = useState("usual");
  const act = () =>
    api.post("/queues", { name: name.trim(), client_id: state.clients[0]!.id, channel: "webchat", calendar_id: state.calendars[0]!.id, ...promises[promise] });
  return (
    <Step submit={t("admin.create")} wrong={() => (name.trim() ? undefined : t("admin.required"))} act={act}>
      {(error) => (
        <>
          <TextField label={t("admin.step.queue.name")} error={error} required value={name} onChange={(event) => setName(event.target.value)} />
          <Select label={t("admin.target")} value={promise} onChange={(event) => setPromise(event.target.value)}>
            <option value="usual">{t("admin.promise.usual")}</option>
            <option value="quick">{t("admin.promise.quick")}</option>
            <option value="calm">{t("admin.promise.calm")}</option>
          </Select>
        </>
      )}
    </Step>
  );
}

function ChannelStep({ state }: { state: State }) {
  const t = useT();
  const [name, setName] = useState(t("admin.step.channel.default"));
  const [queue, setQueue] = useState(state.queues[0]?.id ?? "");
  const chosen = state.queues.find(({ id }) => id === queue) ?? state.queues[0];
  return (
    <Step
      submit={t("admin.create")}
      wrong={() => (name.trim() ? undefined : t("admin.required"))}
      act={() => api.post("/channels", { name: name.trim(), kind: "webchat", client_id: chosen!.client_id, queue_id: chosen!.id })}
    >
      {(error) => (
        <>
          <TextField label={t("admin.step.channel.name")} hint={t("admin.step.channel.hint")} error={error} required value={name} onChange={(event) => setName(event.target.value)} />
          {state.queues.length > 1 && (
            <Select label={t("floor.queue")} value={queue} onChange={(event) => setQueue(event.target.value)}>
              {options(state.queues).map(({ value, label }) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </Select>
          )}
        </>
      )}
    </Step>
  );
}

function PeopleStep({ state }: { state: State }) {
  const t = useT();
  const session = useSession();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const clients = state.clients.map(({ id }) => id);
  const invites = may(session, "identity.manage_accounts");
  const myself = async () => {
    await api.post<AdminOperator>("/operators", { display_name: session.account.name, account_id: session.account.id, clients });
    const account = await api.get<AdminAccount>(`/accounts/${session.account.id}`);
    await api.patch(`/accounts/${account.id}`, { v: account.v, roles: [...new Set([...account.roles, "operator"])] });
  };
  const colleague = async () => {
    const account = await api.post<AdminAccount>("/accounts", { name: name.trim(), email: email.trim(), roles: ["operator"], clients: null });
    await api.post("/operators", { display_name: name.trim(), account_id: account.id, clients });
  };
  if (!invites) return <p>{t("admin.step.people.ask")}</p>;
  return (
    <>
      <p>{t("admin.step.people.about")}</p>
      <Step submit={t("admin.step.people.myself")} act={myself}>
        {(error) => <p role="alert" className="field-error">{error}</p>}
      </Step>
      <Step submit={t("admin.step.people.invite")} wrong={() => (name.trim() && email.includes("@") ? undefined : t("admin.step.people.both"))} act={colleague}>
        {(error) => (
          <>
            <TextField label={t("admin.name")} required value={name} onChange={(event) => setName(event.target.value)} />
            <TextField label={t("admin.email")} type="email" hint={t("admin.email.hint")} error={error} required value={email} onChange={(event) => setEmail(event.target.value)} />
          </>
        )}
      </Step>
      <p className="meta">{t("admin.step.people.many")}</p>
    </>
  );
}

/** Everything is there: try the chat, and answer it. */
function Finish({ state }: { state: State }) {
  const t = useT();
  const session = useSession();
  const chat = state.channels.find((one) => one.kind === "webchat");
  return (
    <div className="admin-steps">
      <section className="card stack" aria-labelledby="admin-ready">
        <h2 id="admin-ready">{t("admin.start.ready")}</h2>
        <p>{session.operator_id ? t("admin.start.ready.me") : t("admin.start.ready.others")}</p>
        {session.operator_id && (
          <div>
            <Link to="/work" className="button button-primary">
              {t("admin.start.go")}
            </Link>
          </div>
        )}
      </section>
      {chat && <Embed row={chat} />}
    </div>
  );
}
