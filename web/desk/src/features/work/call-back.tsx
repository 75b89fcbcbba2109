import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { api } from "@/api/client";
import { explain } from "@/api/words";
import type { CallBody, ConversationRow, Customer } from "@/api/types";
import { useT } from "@/i18n";
import { moment } from "@/i18n/format";
import { useLive } from "@/live/react";
import { Button } from "@ui/button";
import { Dialog } from "@ui/dialog";
import { Select, TextArea, TextField } from "@ui/field";
import { adoptRow } from "./api";
import { useLateRefusal } from "./late";
import { MomentField } from "./moment-field";
import { snoozeChoices } from "./model/snooze";
import { useDesk } from "./outbox-react";
import { sayUndoable } from "./undo";

interface Props {
  row: ConversationRow;
  customer: Customer | null;
  onClose: () => void;
  onDone: () => void;
  /** Brings back here who has left before the answer came. */
  onReturn: () => void;
}

/** Promises a call: the conversation sleeps until then and comes back with its promise. */
export function CallBackDialog({ row, customer, onClose, onDone, onReturn }: Props) {
  const t = useT();
  const { store, engine } = useLive();
  const { outbox, drafts } = useDesk();
  const [now] = useState(() => new Date(engine.serverNow()));
  const choices = snoozeChoices(now);
  const known = row.promise?.phone ?? customer?.identities.find(({ kind }) => kind === "phone")?.value ?? "";
  const [at, setAt] = useState(choices[0]!.id);
  const [custom, setCustom] = useState("");
  const [phone, setPhone] = useState(known);
  const [text, setText] = useState(() => row.promise?.text || drafts.slot(row.id, "wrapup").text.slice(0, 1000));
  const [who, setWho] = useState("me");
  const late = useLateRefusal((why) => t("call.failed", { n: row.number, why }), onReturn);
  const promise = useMutation({
    mutationFn: async (body: CallBody) => {
      // A reply written just before goes first, however bad the line.
      await outbox.settled(row.id);
      return api.post<ConversationRow>(`/conversations/${row.id}/call-back`, body);
    },
    onSuccess: (next, { at: until }) => {
      adoptRow(store, next);
      sayUndoable(t("call.done", { time: moment(until, engine.serverNow()) }), { store, id: row.id, way: "call-off" });
      onDone();
    },
    onError: (error) => late(explain(error)),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const until = choices.find(({ id }) => id === at)?.until ?? new Date(custom);
    promise.mutate({ at: until.toISOString(), phone: phone.trim(), text: text.trim(), to_queue: who === "queue" });
  };
  return (
    <Dialog title={t("call.title")} open onClose={onClose}>
      <form onSubmit={submit}>
        <div className="dialog-body">
          <Select label={t("call.when")} value={at} onChange={(event) => setAt(event.target.value)}>
            {choices.map((choice) => (
              <option key={choice.id} value={choice.id}>
                {`${t(choice.label)} · ${moment(choice.until.toISOString(), now.getTime())}`}
              </option>
            ))}
            <option value="custom">{t("snooze.custom")}</option>
          </Select>
          {at === "custom" && <MomentField now={now} value={custom} onChange={setCustom} />}
          <TextField
            label={t("call.phone")}
            type="tel"
            required
            minLength={3}
            maxLength={40}
            pattern="[+0-9][0-9 \(\)\.\/\-]*"
            value={phone}
            onChange={(event) => setPhone(event.target.value)}
          />
          <TextArea label={t("call.about")} rows={2} maxLength={1000} value={text} onChange={(event) => setText(event.target.value)} />
          <Select label={t("call.who")} value={who} onChange={(event) => setWho(event.target.value)}>
            <option value="me">{t("call.me")}</option>
            <option value="queue">{t("call.queue")}</option>
          </Select>
          <p className="meta">{t("call.hint")}</p>
          <div role="alert">{promise.error && <p className="field-error">{explain(promise.error)}</p>}</div>
        </div>
        <div className="dialog-foot">
          <Button onPress={onClose}>{t("cancel")}</Button>
          <Button type="submit" tone="primary" icon="phone" isDisabled={promise.isPending}>
            {t("call.confirm")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
