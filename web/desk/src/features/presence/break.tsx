import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { explain } from "@/api/words";
import type { Presence } from "@/api/types";
import { useT } from "@/i18n";
import { clock, readMinute } from "@/i18n/format";
import { useLive } from "@/live/react";
import { Button } from "@ui/button";
import { Dialog } from "@ui/dialog";
import { TextField } from "@ui/field";
import { ME } from "./live";

/** The next moment at which a clock shows this time. */
export function nextMoment(time: string, now: Date): Date | null {
  const minute = readMinute(time);
  if (minute === null) return null;
  const at = new Date(now);
  at.setHours(Math.floor(minute / 60), minute % 60, 0, 0);
  if (at <= now) at.setDate(at.getDate() + 1);
  return at;
}

interface Props {
  due: string | null;
  onClose: () => void;
}

/** When the next break is due: no long work is offered shortly before it. */
export function BreakDialog({ due, onClose }: Props) {
  const t = useT();
  const { store, engine } = useLive();
  const [time, setTime] = useState(due ? clock(due) : "");
  const save = useMutation({
    mutationFn: (at: Date | null) => api.put<Presence>("/presence/break", { due_at: at?.toISOString() ?? null }),
    onSuccess: (now) => {
      store.set("presence", ME, now);
      onClose();
    },
  });
  return (
    <Dialog title={t("break.title")} open onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const at = nextMoment(time, new Date(engine.serverNow()));
          if (at) save.mutate(at);
        }}
      >
        <div className="dialog-body">
          <TextField label={t("break.at")} hint={t("break.hint")} type="time" required value={time} onChange={(event) => setTime(event.target.value)} />
          <div role="alert">{save.error && <p className="field-error">{explain(save.error)}</p>}</div>
        </div>
        <div className="dialog-foot">
          {due && (
            <Button tone="outline" isDisabled={save.isPending} onPress={() => save.mutate(null)}>
              {t("break.none")}
            </Button>
          )}
          <Button onPress={onClose}>{t("cancel")}</Button>
          <Button type="submit" tone="primary" icon="coffee" isDisabled={save.isPending}>
            {t("save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
