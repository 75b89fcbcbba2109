import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { api } from "@/api/client";
import { whole } from "@/api/whole";
import type { Setting } from "@/api/types";
import { Failed } from "@/failed";
import { msg, useT } from "@/i18n";
import { moment } from "@/i18n/format";
import { useLive } from "@/live/react";
import { may, useSession } from "@/session";
import { Pill, Skeleton } from "@ui/bits";
import { Button } from "@ui/button";
import { Select, TextArea, TextField } from "@ui/field";
import { say } from "@ui/toast";
import { named, refresh, useRefs } from "./refs";
import { reason } from "./refusals";

const names: Record<string, string> = {
  "routing.channels": msg("admin.set.channels"),
  "channels.raw_mail_days": msg("admin.set.raw_mail_days"),
  "conversations.files_per_conversation_mb": msg("admin.set.files_conversation"),
  "conversations.files_per_day_mb": msg("admin.set.files_day"),
  "conversations.wrap_up_limit_s": msg("admin.set.wrap_up_limit"),
  "conversations.chat_undo_s": msg("admin.set.chat_undo"),
  "conversations.reply_undo_s": msg("admin.set.reply_undo"),
  "conversations.consult_patience_min": msg("admin.set.consult_patience"),
  "conversations.silent_in_queue_s": msg("admin.set.silent_in_queue"),
  "conversations.tell_country": msg("admin.set.tell_country"),
  "conversations.known_operator_s": msg("admin.set.known_operator"),
  "conversations.targets": msg("admin.set.targets"),
  "insight.service_level": msg("admin.set.service_level"),
  "privacy.minimum_group": msg("admin.set.minimum_group"),
  "workforce.commute": msg("admin.set.commute"),
  "workforce.told_share_most": msg("admin.set.told_share"),
};

const choices: Record<string, Record<string, string>> = {
  "conversations.tell_country": {
    always: msg("admin.tell.always"),
    outside_eu: msg("admin.tell.outside_eu"),
    outside_it: msg("admin.tell.outside_it"),
    never: msg("admin.tell.never"),
  },
};

/** Settings with the moment from which each value holds, as whoever reads a past figure needs. */
export function Settings() {
  const t = useT();
  const list = useQuery({ queryKey: ["admin", "/settings", "all"], queryFn: ({ signal }) => whole<Setting>("/settings", { signal }) });
  return (
    <>
      <header className="page-head">
        <h1>{t("admin.settings")}</h1>
      </header>
      <p className="meta">{t("admin.settings.about")}</p>
      {list.isPending && <Skeleton label={t("loading")} lines={6} />}
      {list.error && <Failed error={list.error} retry={list.refetch} />}
      <div className="stack">{list.data?.map((one) => <One key={one.key} setting={one} />)}</div>
    </>
  );
}

const inWords = (value: unknown) => (typeof value === "object" ? JSON.stringify(value) : String(value));

/** What holds now for all clients: the newest value whose moment has come. */
function current(setting: Setting, now: number): unknown {
  const held = setting.values
    .filter((one) => one.client_id === null && Date.parse(one.valid_from) <= now)
    .sort((one, other) => Date.parse(other.valid_from) - Date.parse(one.valid_from));
  const last = held[0];
  return last && !last.inherits ? last.value : setting.default;
}

function One({ setting }: { setting: Setting }) {
  const t = useT();
  const session = useSession();
  const refs = useRefs();
  const { engine } = useLive();
  const [open, setOpen] = useState(false);
  const now = engine.serverNow();
  const label = names[setting.key];
  const id = `set-${setting.key}`;
  const show = (value: unknown) => {
    const word = choices[setting.key]?.[String(value)];
    return word ? t(word) : inWords(value);
  };
  return (
    <section className="card stack" aria-labelledby={id}>
      <div className="row-flex wrap">
        <h2 id={id} className="grow">
          {label ? t(label) : setting.meaning}
        </h2>
        {may(session, "tenancy.configure") && !open && (
          <Button tone="outline" icon="pencil" aria-label={t("admin.set.change_of", { name: label ? t(label) : setting.key })} onPress={() => setOpen(true)}>
            {t("admin.set.change")}
          </Button>
        )}
      </div>
      <p className="num">
        {t("admin.set.now")} <strong>{show(current(setting, now))}</strong>
      </p>
      {setting.values.length > 0 && (
        <details>
          <summary>{t("admin.set.history", { n: setting.values.length })}</summary>
          <ul className="stack">
            {setting.values.map((one) => (
              <li key={`${one.client_id}/${one.valid_from}`} className="row-flex wrap">
                <span className="num">{moment(one.valid_from, now)}</span>
                {Date.parse(one.valid_from) > now && <Pill tone="info">{t("admin.set.coming")}</Pill>}
                <strong>{one.inherits ? t("admin.set.inherits") : show(one.value)}</strong>
                <span className="meta">
                  {named(refs.clients, one.client_id) || t("list.all_clients")} · {one.set_by}
                </span>
              </li>
            ))}
          </ul>
        </details>
      )}
      {open && <Change setting={setting} now={current(setting, now)} onClose={() => setOpen(false)} />}
    </section>
  );
}

/** What was typed as the kind of value that the setting has. */
function valueOf(typed: string, like: unknown): unknown {
  if (typeof like === "number") return typed.trim() === "" ? undefined : Number(typed);
  if (typeof like === "boolean") return typed === "true";
  if (typeof like === "string") return typed;
  try {
    return JSON.parse(typed) as unknown;
  } catch {
    return undefined;
  }
}

function Change({ setting, now, onClose }: { setting: Setting; now: unknown; onClose: () => void }) {
  const t = useT();
  const queries = useQueryClient();
  const refs = useRefs();
  const [typed, setTyped] = useState(typeof now === "object" ? JSON.stringify(now, null, 2) : String(now));
  const [from, setFrom] = useState("");
  const [clientId, setClientId] = useState("");
  const [wrong, setWrong] = useState<string | undefined>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const value = valueOf(typed, setting.default);
    if (value === undefined) return setWrong(t("admin.error.bad_setting_value"));
    try {
      await api.put(`/settings/${setting.key}`, { value, valid_from: from ? new Date(from).toISOString() : null, client_id: clientId || null });
      await refresh(queries);
      say(t("admin.set.saved"));
      onClose();
    } catch (error) {
      setWrong(reason(error));
    }
  };
  const options = choices[setting.key];
  const field = { label: t("admin.set.value"), error: wrong, value: typed };
  return (
    <form className="stack" noValidate onSubmit={(event) => void submit(event)}>
      {options ? (
        <Select {...field} onChange={(event) => setTyped(event.target.value)}>
          {Object.entries(options).map(([value, label]) => (
            <option key={value} value={value}>
              {t(label)}
            </option>
          ))}
        </Select>
      ) : typeof setting.default === "boolean" ? (
        <Select {...field} onChange={(event) => setTyped(event.target.value)}>
          <option value="true">{t("admin.yes")}</option>
          <option value="false">{t("admin.no")}</option>
        </Select>
      ) : typeof setting.default === "object" ? (
        <TextArea {...field} hint={t("admin.set.json")} rows={8} spellCheck={false} onChange={(event) => setTyped(event.target.value)} />
      ) : (
        <TextField {...field} type={typeof setting.default === "number" ? "number" : "text"} onChange={(event) => setTyped(event.target.value)} />
      )}
      <Select label={t("list.client")} value={clientId} onChange={(event) => setClientId(event.target.value)}>
        <option value="">{t("list.all_clients")}</option>
        {refs.clients.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </Select>
      <TextField label={t("admin.set.from")} hint={t("admin.set.from.hint")} type="datetime-local" value={from} onChange={(event) => setFrom(event.target.value)} />
      <div className="row-flex wrap end">
        <Button onPress={onClose}>{t("cancel")}</Button>
        <Button type="submit" tone="primary">
          {t("save")}
        </Button>
      </div>
    </form>
  );
}
