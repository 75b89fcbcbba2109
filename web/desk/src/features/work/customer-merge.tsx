import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { explain } from "@/api/words";
import type { ConversationRow, Customer } from "@/api/types";
import { useT } from "@/i18n";
import { Button } from "@ui/button";
import { Dialog } from "@ui/dialog";
import { Picker } from "@ui/picker";
import { say } from "@ui/toast";
import { useCustomerChanged } from "./customer";
import { useFoundCustomers } from "./found-customers";

interface Props {
  row: ConversationRow;
  customer: Customer;
  onClose: () => void;
}

/** Finds a second record of the same person and lets this one stand for it; it can be undone. */
export function MergeCustomer({ row, customer, onClose }: Props) {
  const t = useT();
  const changed = useCustomerChanged(row);
  const [query, setQuery] = useState("");
  const found = useFoundCustomers(customer, query, { least: 2 });
  const merge = useMutation({
    mutationFn: (other: string) => api.post<Customer>(`/customers/${other}/merge`, { into: customer.id }),
    onSuccess: async (_kept, other) => {
      await changed();
      say(t("customer.merged_now"), {
        label: t("undo"),
        run: () => {
          api
            .post(`/customers/${other}/unmerge`)
            .then(changed)
            .catch((error: unknown) => say(explain(error)));
        },
      });
      onClose();
    },
  });
  return (
    <Dialog title={t("customer.merge")} open onClose={onClose}>
      <div className="dialog-body stack">
        <p className="meta">{t("customer.merge_hint", { name: customer.name || t("customer.unnamed") })}</p>
        <Picker
          takeFocus
          label={t("customer.search")}
          query={query}
          onQuery={setQuery}
          options={found.options}
          onPick={(id) => {
            if (!merge.isPending) merge.mutate(id);
          }}
          empty={found.isShort ? t("customer.search_more") : t("customer.nobody")}
        />
        <div role="alert">
          {(merge.error ?? found.error) && <p className="field-error">{explain(merge.error ?? found.error)}</p>}
        </div>
      </div>
      <div className="dialog-foot">
        <Button onPress={onClose}>{t("cancel")}</Button>
      </div>
    </Dialog>
  );
}
