import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { explain } from "@/api/words";
import type { ConversationRow, Customer, Page } from "@/api/types";
import { useT } from "@/i18n";
import { Button } from "@ui/button";
import { Dialog } from "@ui/dialog";
import { Picker } from "@ui/picker";
import { say } from "@ui/toast";
import { useCustomerChanged } from "./customer";

const LEAST = 2;

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
  const words = query.trim();
  const found = useQuery({
    queryKey: ["customers", row.client_id, words],
    queryFn: ({ signal }) =>
      api.get<Page<Customer>>("/customers", { query: { q: words, client_id: row.client_id, limit: 10 }, signal }),
    enabled: words.length >= LEAST,
    placeholderData: (before) => before,
  });
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
  const options = (words.length >= LEAST ? (found.data?.items ?? []) : [])
    .filter((one) => one.id !== customer.id)
    .map((one) => ({
      id: one.id,
      label: [one.name || t("customer.unnamed"), ...one.identities.map((identity) => identity.value)].join(" · "),
    }));
  return (
    <Dialog title={t("customer.merge")} open onClose={onClose}>
      <div className="dialog-body stack">
        <p className="meta">{t("customer.merge_hint", { name: customer.name || t("customer.unnamed") })}</p>
        <Picker
          takeFocus
          label={t("customer.search")}
          query={query}
          onQuery={setQuery}
          options={options}
          onPick={(id) => {
            if (!merge.isPending) merge.mutate(id);
          }}
          empty={words.length < LEAST ? t("customer.search_more") : t("customer.nobody")}
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
