import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { explain } from "@/api/words";
import type { Customer, CustomerLink } from "@/api/types";
import { useT } from "@/i18n";
import { Button } from "@ui/button";
import { Dialog } from "@ui/dialog";
import { Select } from "@ui/field";
import { Picker } from "@ui/picker";
import { useFoundCustomers } from "../found-customers";
import { roles } from "./roles";

interface Props {
  customer: Customer;
  onDone: () => Promise<unknown>;
  onClose: () => void;
}

/** Says who speaks for a customer, and as what: first as what, then whom, found among the client's customers. */
export function LinkDialog({ customer, onDone, onClose }: Props) {
  const t = useT();
  const [role, setRole] = useState<CustomerLink["role"]>("relative");
  const [query, setQuery] = useState("");
  const found = useFoundCustomers(customer, query, { least: 3 });
  const link = useMutation({
    mutationFn: (acting: string) => api.post(`/customers/${customer.id}/links`, { acting, role }),
    onSuccess: async () => {
      await onDone();
      onClose();
    },
  });
  const problem = link.error ?? found.error;
  return (
    <Dialog title={t("aside.add_link")} open onClose={onClose}>
      <div className="dialog-body stack">
        <p className="meta">{t("aside.link_hint", { name: customer.name || t("customer.unnamed") })}</p>
        <Select label={t("aside.role")} value={role} onChange={(event) => setRole(event.target.value as CustomerLink["role"])}>
          {Object.entries(roles).map(([code, name]) => (
            <option key={code} value={code}>
              {t(name)}
            </option>
          ))}
        </Select>
        <Picker
          label={t("aside.who")}
          query={query}
          onQuery={setQuery}
          options={found.options}
          onPick={(id) => {
            if (!link.isPending) link.mutate(id);
          }}
          empty={found.isShort ? t("aside.search_more") : t("customer.nobody")}
        />
        <div role="alert">{problem && <p className="field-error">{explain(problem)}</p>}</div>
      </div>
      <div className="dialog-foot">
        <Button onPress={onClose}>{t("cancel")}</Button>
      </div>
    </Dialog>
  );
}
