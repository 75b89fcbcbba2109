import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { explain } from "@/api/words";
import type { ConversationRow } from "@/api/types";
import { useT } from "@/i18n";
import { moment } from "@/i18n/format";
import { useLive } from "@/live/react";
import { Button } from "@ui/button";
import { Dialog } from "@ui/dialog";
import { say } from "@ui/toast";
import { adoptRow } from "./api";
import { useLateRefusal } from "./late";
import { useDesk } from "./outbox-react";
import { MomentField } from "./moment-field";
import { snoozeChoices } from "./model/snooze";
import { sayUndoable } from "./undo";

interface Props {
  row: ConversationRow;
  onClose: () => void;
  onDone: () => void;
  /** Brings back here who has left before the answer came. */
  onReturn: () => void;
}

/** Puts a conversation off until a moment; it comes back by itself, or when the customer writes. */
export function SnoozeDialog({ row, onClose, onDone, onReturn }: Props) {
  const t = useT();
  const { store, engine } = useLive();
  const { outbox } = useDesk();
  const [now] = useState(() => new Date(engine.serverNow()));
  const [custom, setCustom] = useState("");
  const again = useMutation({
    mutationFn: (until: string) => api.post<ConversationRow>(`/conversations/${row.id}/snooze`, { until }),
    onSuccess: (next) => adoptRow(store, next),
    onError: (error) => say(explain(error)),
  });
  const late = useLateRefusal((why) => t("snooze.failed", { n: row.number, why }), onReturn);
  const snooze = useMutation({
    mutationFn: async (until: Date) => {
      // A reply written just before goes first, however bad the line.
      await outbox.settled(row.id);
      return api.post<ConversationRow>(`/conversations/${row.id}/snooze`, { until: until.toISOString() });
    },
    onSuccess: (next, until) => {
      adoptRow(store, next);
      const words = t("snooze.done", { time: moment(until.toISOString(), engine.serverNow()) });
      // Of what slept already only the moment is new: that is what is taken back.
      if (row.snoozed_until) say(words, { label: t("undo"), run: () => again.mutate(row.snoozed_until ?? "") });
      else sayUndoable(words, { store, id: row.id, way: "wake" });
      onDone();
    },
    onError: (error) => late(explain(error)),
  });
  return (
    <Dialog title={t("snooze.title")} open onClose={onClose}>
      <div className="dialog-body">
        <div className="stack">
          {snoozeChoices(now).map((choice) => (
            <Button key={choice.id} tone="outline" isDisabled={snooze.isPending} onPress={() => snooze.mutate(choice.until)}>
              <span className="grow">{t(choice.label)}</span>
              <span className="meta num">{moment(choice.until.toISOString(), now.getTime())}</span>
            </Button>
          ))}
        </div>
        <form
          className="row-flex"
          onSubmit={(event) => {
            event.preventDefault();
            if (custom) snooze.mutate(new Date(custom));
          }}
        >
          <div className="grow">
            <MomentField now={now} value={custom} onChange={setCustom} />
          </div>
          <Button type="submit" tone="primary">
            {t("snooze.confirm")}
          </Button>
        </form>
        <div role="alert">{snooze.error && <p className="field-error">{explain(snooze.error)}</p>}</div>
      </div>
    </Dialog>
  );
}
