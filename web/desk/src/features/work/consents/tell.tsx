import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { api } from "@/api/client";
import type { Customer, CustomerConsents } from "@/api/types";
import { useT } from "@/i18n";
import { Button } from "@ui/button";
import { Dialog } from "@ui/dialog";
import { Select, TextArea } from "@ui/field";
import { Segments } from "@ui/segments";
import { say } from "@ui/toast";
import { purposes, refused, type Purpose, type Source } from "./model";

interface Props {
  customer: Customer;
  consents: CustomerConsents;
  onClose: () => void;
}

/** Writes down what a customer says by phone or in writing, after the words that are read to them. */
export function TellDialog({ customer, consents, onClose }: Props) {
  const t = useT();
  const queries = useQueryClient();
  const read = useId();
  const addresses = [...new Set(consents.standing.map((one) => one.address))];
  const [address, setAddress] = useState(addresses[0] ?? "");
  const [purpose, setPurpose] = useState<Purpose>("survey");
  const [answer, setAnswer] = useState<"yes" | "no" | null>(null);
  const [source, setSource] = useState<Extract<Source, "phone" | "writing">>("phone");
  const [note, setNote] = useState("");
  const text = consents.texts.find((one) => one.purpose === purpose);
  const now = consents.standing.find((one) => one.address === address && one.purpose === purpose);
  // What stands already is not written down once more, and a yes wants an address that was proved.
  const may = { yes: now?.given !== true && now?.verified === true, no: now?.given !== false };
  const chosen = answer !== null && may[answer] ? answer : may.no ? "no" : "yes";
  const refresh = () => queries.invalidateQueries({ queryKey: ["consents", customer.id] });
  const write = useMutation({
    mutationFn: () =>
      api.post<CustomerConsents>(`/customers/${customer.id}/mail-consents`, {
        address,
        purpose,
        given: chosen === "yes",
        source,
        text_version: text?.version,
        note: note.trim(),
      }),
    onSuccess: async () => {
      await refresh();
      say(t("consent.kept"));
      onClose();
    },
    onError: refresh,
  });
  return (
    <Dialog title={t("consent.tell")} open onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          write.mutate();
        }}
      >
        <div className="dialog-body stack">
          {addresses.length > 1 && (
            <Select label={t("consent.address")} value={address} onChange={(event) => setAddress(event.target.value)}>
              {addresses.map((one) => (
                <option key={one} value={one}>
                  {one}
                </option>
              ))}
            </Select>
          )}
          <Select label={t("consent.what_for")} value={purpose} onChange={(event) => setPurpose(event.target.value as Purpose)}>
            {consents.texts.map((one) => (
              <option key={one.purpose} value={one.purpose}>
                {t(purposes[one.purpose])}
              </option>
            ))}
          </Select>
          <div>
            <p id={read} className="meta">
              {t("consent.read_out")}
            </p>
            <blockquote aria-labelledby={read} lang={consents.language}>
              {text?.words}
            </blockquote>
          </div>
          <Segments
            label={t("consent.answer")}
            value={chosen}
            options={[
              ...(may.yes ? [{ value: "yes" as const, label: t("consent.says_yes") }] : []),
              ...(may.no ? [{ value: "no" as const, label: t("consent.says_no") }] : []),
            ]}
            onChange={setAnswer}
          />
          {now?.verified === false && <p className="meta">{t("consent.refused.not_proved")}</p>}
          <Select
            label={t("consent.how")}
            value={source}
            onChange={(event) => setSource(event.target.value as "phone" | "writing")}
          >
            <option value="phone">{t("consent.by.phone")}</option>
            <option value="writing">{t("consent.by.writing")}</option>
          </Select>
          <TextArea
            label={chosen === "yes" ? t("consent.note") : t("consent.note_if_any")}
            hint={t("consent.note_hint")}
            rows={2}
            maxLength={500}
            required={chosen === "yes"}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
          <p className="meta">{chosen === "yes" ? t("consent.yes_does") : t("consent.no_does")}</p>
          <div role="alert">{write.error && <p className="field-error">{refused(write.error)}</p>}</div>
        </div>
        <div className="dialog-foot">
          <Button onPress={onClose}>{t("cancel")}</Button>
          <Button type="submit" tone="primary" isDisabled={write.isPending || !may[chosen]}>
            {t("consent.write")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
