import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useBlocker, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState, type FormEvent } from "react";
import { api } from "@/api/client";
import { whole } from "@/api/whole";
import { Failed } from "@/failed";
import { Confirm } from "@/confirm";
import { msg, useT } from "@/i18n";
import { may, useSession } from "@/session";
import { Empty, Skeleton } from "@ui/bits";
import { Button } from "@ui/button";
import { Dialog } from "@ui/dialog";
import { TextField } from "@ui/field";
import { Icon } from "@ui/icon";
import { say } from "@ui/toast";
import { FieldView, inWords, wrongs, type Errors } from "./fields";
import type { Field, Group, Resource, Thing } from "./model";
import { MannerFields, atOnce, wrongManner, type Manner } from "./manner";
import { refresh, useRefs, type Refs } from "./refs";
import { byField, changedMeanwhile, reason } from "./refusals";
import { HistoryLink } from "./versions";
import { kindAt, later, now } from "./via";

/** One thing with its form; `id` is "new" for one that is to be added. */
export function One<R extends Thing, V extends object>({ resource, id }: { resource: Resource<R, V>; id: string }) {
  const t = useT();
  const refs = useRefs();
  const fresh = id === "new";
  const all = useQuery({
    queryKey: ["admin", resource.path, "all"],
    queryFn: ({ signal }) => whole<R>(resource.path, { signal }),
    enabled: !resource.single || resource.arranged !== undefined,
  });
  const single = useQuery({
    queryKey: ["admin", resource.path, "one", id],
    queryFn: ({ signal }) => api.get<R>(`${resource.path}/${id}`, { signal }),
    enabled: !fresh && resource.single === true,
  });
  const rows = all.data ?? [];
  const row = fresh ? null : resource.single ? single.data : rows.find((one) => one.id === id);
  const error = single.error ?? all.error;
  if (error) return <Failed error={error} retry={() => Promise.all([single, all].map((one) => one.error && one.refetch()))} />;
  if (!fresh && !row) {
    return all.data ? <Empty icon="search" title={t("error.not_found")} /> : <Skeleton label={t("loading")} lines={6} />;
  }
  return <Editor key={id} resource={resource} row={row ?? null} rows={rows} refs={refs} />;
}

interface EditorProps<R extends Thing, V extends object> {
  resource: Resource<R, V>;
  row: R | null;
  rows: R[];
  refs: Refs;
}

function Editor<R extends Thing, V extends object>({ resource, row, rows, refs }: EditorProps<R, V>) {
  const t = useT();
  const session = useSession();
  const search = useSearch({ from: "/desk/admin" });
  const navigate = useNavigate();
  const [once, setOnce] = useState<R | null>(null);
  const writable = may(session, resource.write);
  const kind = kindAt(resource.path);
  const back = () => void navigate({ to: "/admin/$section", params: { section: resource.section }, search, ignoreBlocker: true });
  const saved = (next: R) => {
    say(t("admin.saved", { name: resource.name(next) }));
    if (!row && resource.Once) setOnce(next);
    else if (row && resource.Beside) void 0;
    else if (!row && resource.Beside) {
      void navigate({ to: "/admin/$section/$id", params: { section: resource.section, id: next.id }, search, ignoreBlocker: true });
    } else back();
  };
  const { Beside, Once } = resource;
  if (once && Once) {
    return (
      <div className="card stack admin-form">
        <Once row={once} />
        <div>
          <Button tone="primary" onPress={back}>
            {t("admin.done")}
          </Button>
        </div>
      </div>
    );
  }
  return (
    <div className="stack">
      <div className="page-head">
        <Link to="/admin/$section" params={{ section: resource.section }} search={search} className="button">
          <Icon name="arrow-left" />
          {resource.title()}
        </Link>
        <h1>{row ? resource.name(row) : (resource.add?.() ?? "")}</h1>
        {row && kind && may(session, "configuration.read") && <HistoryLink kind={kind} thing={row.id} />}
        {row && writable && resource.remove && <Remove resource={resource} row={row} onDone={back} />}
      </div>
      <div className="admin-one">
        <Form resource={resource} row={row} rows={rows} refs={refs} disabled={!writable} onSaved={saved} onPlanned={back} />
        {row && Beside && <Beside row={row} refs={refs} />}
      </div>
    </div>
  );
}

interface Conflict<R, V> {
  row: R;
  values: V;
}

interface FormProps<R extends Thing, V extends object> extends EditorProps<R, V> {
  disabled: boolean;
  onSaved: (row: R) => void;
  onPlanned: () => void;
}

function Form<R extends Thing, V extends object>({ resource, row, rows, refs, disabled, onSaved, onPlanned }: FormProps<R, V>) {
  const t = useT();
  const queries = useQueryClient();
  const search = useSearch({ from: "/desk/admin" });
  const form = useRef<HTMLFormElement>(null);
  // The version worked on: it stays while others change the thing, so that their change is noticed.
  const [base, setBase] = useState(row);
  const [typed, setTyped] = useState<Partial<V>>({});
  const [errors, setErrors] = useState<Errors<V>>({});
  const [refused, setRefused] = useState<string | null>(null);
  const [conflict, setConflict] = useState<Conflict<R, V> | null>(null);
  const [busy, setBusy] = useState(false);
  const session = useSession();
  const [manner, setManner] = useState<Manner>(atOnce);
  const [ill, setIll] = useState<ReturnType<typeof wrongManner>>({});
  const kept = kindAt(resource.path) !== undefined;
  // Counts what was found wrong: only once it is on the page can it be brought before the eyes.
  const [pointed, setPointed] = useState(0);
  useEffect(() => {
    if (pointed > 0) point(form.current);
  }, [pointed]);
  const start = useMemo(() => resource.values(base, refs, search), [resource, base, refs, search]);
  const values = { ...start, ...typed };
  const groups = resource.groups({ row: base, values, refs, rows });
  const fields = groups.flatMap((group) => group.fields);
  const dirty = fields.some(({ name }) => name in typed && !same(values[name], start[name]));
  const set = (name: keyof V & string, value: unknown) => setTyped((before) => ({ ...before, [name]: value }));

  const store = async (next: V, on: R | null) => {
    const found = wrongs(fields, next);
    setErrors(found);
    setRefused(null);
    const amiss = wrongManner(manner);
    setIll(amiss);
    if (Object.keys({ ...found, ...amiss }).length > 0) return setPointed((times) => times + 1);
    setBusy(true);
    try {
      if (manner.at) {
        const { via, publish } = later();
        await resource.save(next, on, via);
        await publish(new Date(manner.at), manner.why);
        await refresh(queries);
        say(t("admin.publish.planned"));
        setTyped({});
        onPlanned();
        return;
      }
      const saved = await resource.save(next, on, now(manner.why));
      setManner(atOnce);
      setTyped({});
      setConflict(null);
      setBase((before) => (before ? saved : before));
      await refresh(queries);
      onSaved(saved);
    } catch (error) {
      if (on && changedMeanwhile(error)) {
        const theirs = await api.get<R>(`${resource.path}/${on.id}`).catch(() => whole<R>(resource.path).then((all) => all.find((one) => one.id === on.id)));
        if (theirs) setConflict({ row: theirs, values: resource.values(theirs, refs, search) });
      } else {
        const beside = byField(error, fields, resource.fieldOf ?? {});
        setErrors(beside);
        if (Object.keys(beside).length === 0) setRefused(reason(error));
      }
      setPointed((times) => times + 1);
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void store(values, base);
  };
  const settle = (mine: boolean) => {
    if (!conflict) return;
    setBase(conflict.row);
    setConflict(null);
    const kept = Object.fromEntries(fields.filter(({ name }) => mine && !same(values[name], start[name])).map(({ name }) => [name, values[name]])) as Partial<V>;
    setTyped(kept);
    if (mine) void store({ ...conflict.values, ...kept }, conflict.row);
  };
  return (
    <form ref={form} className="card stack admin-form" noValidate onSubmit={submit}>
      <Summary fields={fields} errors={errors} refused={refused} form={form.current} />
      {conflict && <Meanwhile fields={fields} start={start} mine={values} theirs={conflict.values} onSettle={settle} />}
      {groups.map((group, at) => (
        <FormGroup key={group.title ?? at} group={group}>
          {group.fields.map((field) => (
            <FieldView
              key={field.name}
              field={field}
              values={values}
              error={errors[field.name]}
              disabled={disabled || (field.fixed === true && row !== null)}
              set={set}
            />
          ))}
        </FormGroup>
      ))}
      {!disabled && kept && (
        <MannerFields manner={manner} wrong={ill} later={may(session, "configuration.publish")} set={setManner} />
      )}
      {!disabled && (
        <div className="row-flex wrap end">
          {dirty && <span className="meta grow">{t("admin.unsaved")}</span>}
          {dirty && (
            <Button
              onPress={() => {
                setTyped({});
                setErrors({});
              }}
            >
              {t("admin.undo")}
            </Button>
          )}
          <Button type="submit" tone="primary" isDisabled={busy}>
            {manner.at ? t("admin.publish") : row ? t("save") : t("admin.create")}
          </Button>
        </div>
      )}
      <Guard dirty={dirty && !busy} />
    </form>
  );
}

function FormGroup<V>({ group, children }: { group: Group<V>; children: React.ReactNode }) {
  if (!group.title) return <div className="stack">{children}</div>;
  return (
    <section className="stack admin-group" aria-label={group.title}>
      <h2>{group.title}</h2>
      {group.about && <p className="meta">{group.about}</p>}
      {children}
    </section>
  );
}

export function same(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

/** Brings what is wrong before the eyes and ears of whoever saved. */
function point(form: HTMLFormElement | null): void {
  form?.querySelector<HTMLElement>("[data-summary]:not(:empty)")?.focus();
}

interface SummaryProps<V> {
  fields: Field<V>[];
  errors: Errors<V>;
  refused: string | null;
  form: HTMLFormElement | null;
}

function Summary<V>({ fields, errors, refused, form }: SummaryProps<V>) {
  const t = useT();
  const wrong = fields.filter(({ name }) => errors[name]);
  return (
    <div role="alert" data-summary tabIndex={-1} className={wrong.length > 0 || refused ? "admin-told tone-bad" : undefined}>
      {refused && <p>{refused}</p>}
      {wrong.length > 0 && (
        <>
          <p>{t("admin.check", { n: wrong.length })}</p>
          <ul>
            {wrong.map(({ name, label }) => (
              <li key={name}>
                <button
                  type="button"
                  className="button-link"
                  onClick={() => form?.querySelector<HTMLElement>(`[name="${name}"], [data-field="${name}"] input`)?.focus()}
                >
                  {label}: {errors[name]}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

interface MeanwhileProps<V> {
  fields: Field<V>[];
  start: V;
  mine: V;
  theirs: V;
  onSettle: (mine: boolean) => void;
}

/** Somebody else saved first: what they changed, and which of the two is to hold. */
function Meanwhile<V extends object>({ fields, start, mine, theirs, onSettle }: MeanwhileProps<V>) {
  const t = useT();
  const moved = fields.filter(({ name }) => !same(start[name], theirs[name]));
  return (
    <div className="admin-told tone-warn" role="group" aria-label={t("admin.conflict.title")} data-summary tabIndex={-1}>
      <h2>{t("admin.conflict.title")}</h2>
      <p>{t("admin.conflict.about")}</p>
      <ul>
        {moved.map((field) => (
          <li key={field.name}>
            {t(same(mine[field.name], start[field.name]) ? msg("admin.conflict.theirs") : msg("admin.conflict.both"), {
              field: field.label,
              theirs: inWords(field, theirs[field.name]),
              mine: inWords(field, mine[field.name]),
            })}
          </li>
        ))}
      </ul>
      <div className="row-flex wrap">
        <Button tone="outline" onPress={() => onSettle(true)}>
          {t("admin.conflict.keep")}
        </Button>
        <Button tone="outline" onPress={() => onSettle(false)}>
          {t("admin.conflict.take")}
        </Button>
      </div>
    </div>
  );
}

/** Asks before changes that were not saved are left behind, within the desk and on closing. */
function Guard({ dirty }: { dirty: boolean }) {
  const t = useT();
  const blocker = useBlocker({ shouldBlockFn: () => dirty, enableBeforeUnload: () => dirty, withResolver: true });
  if (blocker.status !== "blocked") return null;
  return (
    <Dialog title={t("admin.leave.title")} open onClose={blocker.reset}>
      <div className="dialog-body">
        <p>{t("admin.leave.about")}</p>
      </div>
      <div className="dialog-foot">
        <Button onPress={blocker.proceed}>{t("admin.leave.go")}</Button>
        <Button tone="primary" onPress={blocker.reset}>
          {t("admin.leave.stay")}
        </Button>
      </div>
    </Dialog>
  );
}

function Remove<R extends Thing, V extends object>({ resource, row, onDone }: { resource: Resource<R, V>; row: R; onDone: () => void }) {
  const t = useT();
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const word = resource.removal?.() ?? t("admin.archive");
  const [why, setWhy] = useState("");
  const remove = async () => {
    await resource.remove?.(row, now(why));
    onDone();
    await refresh(queries);
    say(t("admin.removed", { name: resource.name(row) }));
  };
  return (
    <>
      <Button tone="danger" onPress={() => setOpen(true)}>
        {word}
      </Button>
      {open && (
        <Confirm title={t("admin.remove.title", { name: resource.name(row) })} word={word} act={remove} words={reason} onClose={() => setOpen(false)}>
          <p>{t("admin.remove.about")}</p>
          {kindAt(resource.path) && (
            <TextField label={t("admin.why")} hint={t("admin.why.hint")} maxLength={500} autoComplete="off" value={why} onChange={(event) => setWhy(event.target.value)} />
          )}
        </Confirm>
      )}
    </>
  );
}
