import { useMutation } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useRef, type FormEvent, type KeyboardEvent } from "react";
import { api } from "@/api/client";
import { explain } from "@/api/words";
import type { CloseBody, Closing, ConversationRow, Outcome } from "@/api/types";
import { useOpenConsults } from "@/consults";
import { msg, useT } from "@/i18n";
import { useLive } from "@/live/react";
import { useReasons } from "@/reference";
import { Button } from "@ui/button";
import { Select, TextArea, TextField } from "@ui/field";
import { Icon } from "@ui/icon";
import { adoptRow } from "./api";
import { useLateRefusal } from "./late";
import { focusComposer } from "./list";
import { statusWords } from "./model/drafts";
import { minuteOf } from "./model/snooze";
import { OtherWords } from "./other-words";
import { useDesk, useSlot } from "./outbox-react";
import type { OutboxItem } from "./model/outbox";
import { sayUndoable } from "./undo";
import { WrapUpClock } from "./wrapup-clock";

const outcomes: { id: Outcome; label: string }[] = [
  { id: "resolved", label: msg("outcome.resolved") },
  { id: "follow_up", label: msg("outcome.follow_up") },
  { id: "forwarded", label: msg("outcome.forwarded") },
  { id: "unresolved", label: msg("outcome.unresolved") },
  { id: "no_reply", label: msg("outcome.no_answer") },
  { id: "spam", label: msg("outcome.spam") },
];

const blank: Closing = { outcome: "resolved", reason1: null, reason2: null, promise: "", until: null };

/** What is sent: a promise only with the outcome that makes one. */
export function closing(answers: Closing, note: string, lastSeq: number): CloseBody {
  const { outcome, reason1, reason2, until } = answers;
  const promise = answers.promise.trim();
  return {
    outcome,
    reason1,
    reason2,
    note: note.trim() || null,
    promise: outcome === "follow_up" && (promise || until) ? { text: promise, until } : null,
    // What came while this form was filled in must be read before the contact is closed.
    expected_seq: lastSeq,
  };
}

/** A contact is not over while a word of it was refused: the banner says so. */
class Unsent extends Error {}

interface Props {
  row: ConversationRow;
  onClosed: () => void;
  onCancel: () => void;
  /** Opens what else may follow from a contact. */
  onPanel: (panel: "call" | "task") => void;
  /** Brings back here who has left before the answer came. */
  onReturn: () => void;
  /** What was written here and has not left yet. */
  unsent: readonly Pick<OutboxItem, "state">[];
  /** Resolves once all that was written here is with the server: false when something was refused. */
  sent: () => Promise<boolean>;
}

/** Whether the native list of a field stands open: Enter and Escape are then its own. */
function listOpen(field: HTMLElement): boolean {
  try {
    return field.matches("select:open");
  } catch {
    return false; // an older browser, whose open list keeps its keys to itself
  }
}

/** Outcome, reason and note of a contact; Enter confirms, Escape goes back to writing. */
export function WrapUp({ row, onClosed, onCancel, onPanel, onReturn, unsent, sent }: Props) {
  const t = useT();
  const { store } = useLive();
  const { id, client_id: clientId } = row;
  const { drafts } = useDesk();
  // Kept as any draft is: it survives a reload, a crash and a day offline, and is there on other devices.
  const { slot, status } = useSlot(id, "wrapup");
  const answers = slot.closing ?? blank;
  const note = slot.text;
  const reasons = useReasons().filter((reason) => reason.client_id === null || reason.client_id === clientId);
  const first = reasons.filter((reason) => reason.parent_id === null);
  const second = reasons.filter((reason) => reason.parent_id !== null && reason.parent_id === answers.reason1);
  const consults = useOpenConsults(id).length;
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector("select")?.focus(), []);
  const talking = unsent.length > 0;
  useEffect(() => {
    // Handling ends here and wrap-up time begins, once the last word has left; a server that already
    // knows says so, harmlessly.
    if (!talking && store.get("conversations", id)?.state === "active") {
      api
        .post<ConversationRow>(`/conversations/${id}/wrap-up`)
        .then((next) => adoptRow(store, next))
        .catch(() => undefined);
    }
  }, [id, store, talking]);
  const returning = unsent.some((one) => one.state === "returning");
  const writeOn = useEffectEvent(onCancel);
  useEffect(() => {
    // What is taken back is to be written on: its field stands where this form stands.
    if (returning) writeOn();
  }, [returning]);
  const refused = unsent.some((one) => one.state === "failed");
  const set = (next: Partial<Closing>) => drafts.writeUp(id, { ...answers, ...next });
  const words = statusWords[status];
  // Time has closed it: how it ended can still be said.
  const over = row.state === "closed";
  const late = useLateRefusal((why) => t("wrapup.failed", { n: row.number, why }), onReturn);
  const close = useMutation({
    mutationFn: async () => {
      // A reply written just before goes first, however bad the line.
      if (!(await sent())) throw new Unsent();
      return api.post<ConversationRow>(`/conversations/${id}/close`, closing(answers, note, row.last_seq));
    },
    onSuccess: (next) => {
      drafts.forget(id, "wrapup");
      adoptRow(store, next);
      sayUndoable(t("wrapup.done", { n: row.number }), { store, id, way: "reopen" });
      onClosed();
    },
    onError: (error) => late(error instanceof Unsent ? t("wrapup.refused") : explain(error)),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    close.mutate();
  };
  const cancel = () => {
    onCancel();
    // The field of writing stands here after the next drawing.
    setTimeout(focusComposer, 0);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLFormElement>) => {
    const field = event.target as HTMLElement;
    if (event.defaultPrevented || listOpen(field)) return;
    if (event.key === "Escape") {
      event.preventDefault();
      cancel();
    } else if (event.key === "Enter" && field instanceof HTMLSelectElement && !event.repeat) {
      // By itself the browser would open the list: the arrows and the space bar do that too.
      event.preventDefault();
      form.current?.requestSubmit();
    }
  };
  return (
    // It stands where the composer stood: the skip link to the field of writing leads here meanwhile.
    <form ref={form} id="composer" tabIndex={-1} className="wrapup" onSubmit={submit} onKeyDown={onKeyDown} aria-label={t("wrapup.title")} data-region>
      <div className="row-flex">
        <h3>{t("wrapup.title")}</h3>
        <WrapUpClock row={row} />
        <span className="grow" />
        <span className="meta" role="status">
          {words && t(words)}
        </span>
        <Button icon="x" onPress={cancel}>
          {t("wrapup.cancel")}
        </Button>
      </div>
      <div role="status">
        {talking && (
          <p className={`banner ${refused ? "tone-bad" : "tone-info"}`}>
            <Icon name={refused ? "circle-alert" : "send"} />
            <span className="grow">{refused ? t("wrapup.refused") : t("wrapup.leaving")}</span>
          </p>
        )}
        {over && (
          <p className="banner tone-info">
            <Icon name="timer" />
            {t("wrapup.ran_out")}
          </p>
        )}
        {consults > 0 && (
          <p className="banner tone-warn">
            <Icon name="users" />
            {t("wrapup.consults", { n: consults })}
          </p>
        )}
      </div>
      <div className="wrapup-fields">
        <Select
          label={t("wrapup.outcome")}
          value={answers.outcome}
          onChange={(event) => set({ outcome: event.target.value as Outcome })}
        >
          {outcomes.map((outcome) => (
            <option key={outcome.id} value={outcome.id}>
              {t(outcome.label)}
            </option>
          ))}
        </Select>
        <Select
          label={t("wrapup.reason1")}
          value={answers.reason1 ?? ""}
          onChange={(event) => set({ reason1: event.target.value || null, reason2: null })}
        >
          <option value="">{t("wrapup.choose")}</option>
          {first.map((reason) => (
            <option key={reason.id} value={reason.id}>
              {reason.name}
            </option>
          ))}
        </Select>
        <Select
          label={t("wrapup.reason2")}
          value={answers.reason2 ?? ""}
          disabled={second.length === 0}
          onChange={(event) => set({ reason2: event.target.value || null })}
        >
          <option value="">{t("wrapup.choose")}</option>
          {second.map((reason) => (
            <option key={reason.id} value={reason.id}>
              {reason.name}
            </option>
          ))}
        </Select>
      </div>
      {answers.outcome === "follow_up" && (
        <div className="wrapup-fields">
          <TextField
            label={t("wrapup.promise")}
            maxLength={1000}
            value={answers.promise}
            onChange={(event) => set({ promise: event.target.value })}
          />
          <TextField
            label={t("wrapup.until")}
            type="datetime-local"
            value={answers.until ? minuteOf(new Date(answers.until)) : ""}
            onChange={(event) => set({ until: event.target.value ? new Date(event.target.value).toISOString() : null })}
          />
        </div>
      )}
      <TextArea
        label={t("wrapup.note")}
        rows={2}
        value={note}
        onChange={(event) => drafts.type(id, "wrapup", event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            form.current?.requestSubmit();
          }
        }}
      />
      <OtherWords id={id} kind="wrapup" />
      <div className="row-flex end wrap">
        {!over && (
          <>
            <Button tone="outline" icon="phone" onPress={() => onPanel("call")}>
              {t("call.open")}
            </Button>
            <Button tone="outline" icon="inbox" onPress={() => onPanel("task")}>
              {t("task.open")}
            </Button>
          </>
        )}
        <div role="alert" className="grow">
          {close.error && !(close.error instanceof Unsent) && (
            <p className="field-error">
              <Icon name="circle-alert" />
              {explain(close.error)}
            </p>
          )}
        </div>
        <Button type="submit" tone="primary" icon="check" isDisabled={close.isPending}>
          {t("wrapup.confirm")}
        </Button>
      </div>
    </form>
  );
}
