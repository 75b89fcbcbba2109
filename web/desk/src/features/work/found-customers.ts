import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Customer, Page } from "@/api/types";
import { useT } from "@/i18n";

/** Other customers of a customer's client who answer to what is typed, to be picked from. */
export function useFoundCustomers(customer: Customer, query: string, { least }: { least: number }) {
  const t = useT();
  const words = query.trim();
  const isShort = words.length < least;
  const { data, error } = useQuery({
    queryKey: ["customers", customer.client_id, words],
    queryFn: ({ signal }) =>
      api.get<Page<Customer>>("/customers", { query: { q: words, client_id: customer.client_id, limit: 10 }, signal }),
    enabled: !isShort,
    placeholderData: (before) => before,
  });
  const options = (isShort ? [] : (data?.items ?? []))
    .filter((one) => one.id !== customer.id)
    .map((one) => ({
      id: one.id,
      label: [one.name || t("customer.unnamed"), ...one.identities.map(({ value }) => value)].join(" · "),
    }));
  return { options, isShort, error };
}
