import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { api } from "@/api/client";
import type { MonitoringAgreement } from "@/api/types";
import { useT } from "@/i18n";
import { isoDay } from "@/i18n/format";
import { fieldName } from "@/looks/what";
import { Button } from "@ui/button";
import { Dialog } from "@ui/dialog";
import { TextField } from "@ui/field";
import { say } from "@ui/toast";
import { monitoringKey } from "./key";
import { refusalWords } from "./refusal";

const DAY_MS = 86_400_000;

/** The first moment of a day where the reader is, some days on. */
function beginning(day: string, later = 0): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + later).toISOString();
}

/** Takes in an agreement: its words, what it lets be seen, its dates and the signed PDF. */
export function ConcludeDialog({ fields, onClose }: { fields: readonly string[]; onClose: () => void }) {
  const t = useT();
  const queries = useQueryClient();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const tomorrow = isoDay(Date.now() + DAY_MS);
  const send = useMutation({
    mutationFn: (form: FormData) => api.post<MonitoringAgreement>("/privacy/monitoring", form, { timeoutMs: 60_000 }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: monitoringKey });
      say(t("privacy.taken_in"));
      onClose();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    form.set("valid_from", beginning(String(form.get("valid_from"))));
    // The last day is a whole one.
    const last = String(form.get("valid_to"));
    if (last) form.set("valid_to", beginning(last, 1));
    else form.delete("valid_to");
    for (const field of chosen) form.append("fields", field);
    send.mutate(form);
  };
  return (
    <Dialog title={t("privacy.add")} open onClose={onClose}>
      <form onSubmit={submit}>
        <div className="dialog-body">
          <TextField label={t("privacy.title_of")} name="title" required maxLength={200} />
          <TextField label={t("privacy.reference")} hint={t("privacy.reference_hint")} name="reference" required maxLength={200} />
          <fieldset className="agreement-fields">
            <legend>{t("privacy.fields")}</legend>
            {fields.map((field) => (
              <label key={field}>
                <input
                  type="checkbox"
                  checked={chosen.has(field)}
                  onChange={() => setChosen(new Set(chosen.has(field) ? [...chosen].filter((one) => one !== field) : [...chosen, field]))}
                />
                {fieldName(field)}
              </label>
            ))}
          </fieldset>
          <TextField label={t("privacy.from")} name="valid_from" type="date" required min={tomorrow} defaultValue={tomorrow} />
          <TextField label={t("privacy.to")} name="valid_to" type="date" min={tomorrow} />
          <TextField label={t("privacy.document")} hint={t("privacy.document_hint")} name="document" type="file" accept="application/pdf,.pdf" required />
          <div role="alert">{send.error && <p className="field-error">{refusalWords(send.error)}</p>}</div>
        </div>
        <div className="dialog-foot">
          <Button onPress={onClose}>{t("cancel")}</Button>
          <Button type="submit" tone="primary" isDisabled={send.isPending || chosen.size === 0}>
            {t("privacy.add")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
