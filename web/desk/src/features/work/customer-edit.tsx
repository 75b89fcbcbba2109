import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { explain } from "@/api/words";
import type { ConversationRow, Customer } from "@/api/types";
import { useT } from "@/i18n";
import { languageName, minuteOfDay, readMinute } from "@/i18n/format";
import { Button } from "@ui/button";
import { Dialog } from "@ui/dialog";
import { Select, TextArea, TextField } from "@ui/field";
import { say } from "@ui/toast";
import { useCustomerChanged } from "./customer";
import { channelName } from "./labels";

const languages = ["it", "en", "fr", "de", "es", "ro", "sq", "ar", "uk", "zh"];
const channels = ["webchat", "voice", "email", "messaging"];

interface Props {
  row: ConversationRow;
  customer: Customer;
  onClose: () => void;
}

/** Name, language and wishes of a customer, saved only if nobody else changed them meanwhile. */
export function EditCustomer({ row, customer, onClose }: Props) {
  const t = useT();
  const changed = useCustomerChanged(row);
  const { preferences } = customer;
  const [name, setName] = useState(customer.name);
  const [language, setLanguage] = useState(customer.language);
  const [channel, setChannel] = useState(preferences.channel ?? "");
  const [from, setFrom] = useState(minuteOfDay(preferences.from_minute));
  const [to, setTo] = useState(minuteOfDay(preferences.to_minute));
  const [note, setNote] = useState(preferences.note ?? "");
  const [kind, setKind] = useState("phone");
  const [value, setValue] = useState("");
  const known = languages.includes(customer.language) ? languages : [customer.language, ...languages];
  const save = useMutation({
    mutationFn: async () => {
      // First, and harmless when it is said again after the rest was refused.
      const named = { kind, value: value.trim(), checked: false };
      if (named.value) await api.post<Customer>(`/customers/${customer.id}/identities`, named);
      return api.patch<Customer>(`/customers/${customer.id}`, {
        v: customer.v,
        name: name.trim(),
        language,
        preferences: {
          channel: channel || null,
          from_minute: readMinute(from),
          to_minute: readMinute(to),
          note: note.trim(),
        },
      });
    },
    onSuccess: async () => {
      await changed();
      say(t("customer.saved"));
      onClose();
    },
  });
  return (
    <Dialog title={t("customer.edit")} open onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <div className="dialog-body stack">
          <TextField label={t("customer.name")} maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />
          <Select label={t("customer.language")} value={language} onChange={(event) => setLanguage(event.target.value)}>
            {known.map((code) => (
              <option key={code} value={code}>
                {languageName(code)}
              </option>
            ))}
          </Select>
          <Select label={t("customer.reach")} value={channel} onChange={(event) => setChannel(event.target.value)}>
            <option value="">{t("customer.any_channel")}</option>
            {channels.map((one) => (
              <option key={one} value={one}>
                {channelName(one)}
              </option>
            ))}
          </Select>
          <div className="row-flex">
            <TextField label={t("customer.from")} type="time" value={from} onChange={(event) => setFrom(event.target.value)} />
            <TextField label={t("customer.to")} type="time" value={to} onChange={(event) => setTo(event.target.value)} />
          </div>
          <TextArea label={t("customer.note")} rows={2} maxLength={500} value={note} onChange={(event) => setNote(event.target.value)} />
          <fieldset className="customer-add" aria-describedby="customer-add-hint">
            <legend>{t("customer.add")}</legend>
            <div className="row-flex">
              <Select label={t("customer.add_kind")} value={kind} onChange={(event) => setKind(event.target.value)}>
                <option value="phone">{t("identity.phone")}</option>
                <option value="email">{t("identity.email")}</option>
              </Select>
              <TextField
                label={t("customer.add_value")}
                type={kind === "email" ? "email" : "tel"}
                autoComplete="off"
                maxLength={320}
                value={value}
                onChange={(event) => setValue(event.target.value)}
              />
            </div>
            <p id="customer-add-hint" className="meta">
              {t("customer.add_hint")}
            </p>
          </fieldset>
          <div role="alert">{save.error && <p className="field-error">{explain(save.error)}</p>}</div>
        </div>
        <div className="dialog-foot">
          <Button onPress={onClose}>{t("cancel")}</Button>
          <Button type="submit" tone="primary" isDisabled={save.isPending}>
            {t("save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
