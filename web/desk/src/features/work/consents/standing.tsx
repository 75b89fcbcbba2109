import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api } from "@/api/client";
import { explain } from "@/api/words";
import type { ConsentStanding, Customer, CustomerConsents } from "@/api/types";
import { useT } from "@/i18n";
import { fullDay } from "@/i18n/format";
import { useRow } from "@/live/react";
import { may, useClient, useSession } from "@/session";
import { Pill } from "@ui/bits";
import { Button } from "@ui/button";
import { laterWords } from "../live";
import { ConsentHistory } from "./history";
import { purposes, way } from "./model";
import { TellDialog } from "./tell";

export const consentsQuery = (customerId: string) =>
  queryOptions({
    queryKey: ["consents", customerId, "standing"],
    queryFn: ({ signal }) => api.get<CustomerConsents>(`/customers/${customerId}/mail-consents`, { signal }),
    staleTime: 60_000,
  });

/** What the client may mail this customer unasked: how each purpose stands, its history, and what they say now. */
export function MailConsents({ customer }: { customer: Customer }) {
  const t = useT();
  const session = useSession();
  const client = useClient(customer.client_id);
  const [panel, setPanel] = useState<"tell" | "history" | null>(null);
  const { data, error } = useQuery(consentsQuery(customer.id));
  const told = useRow("consents", customer.id);
  const queries = useQueryClient();
  useEffect(() => {
    // Said elsewhere: the history is asked for anew where somebody looks at it.
    if (told) void queries.invalidateQueries({ queryKey: ["consents", customer.id, "history"] });
  }, [told, queries, customer.id]);
  if (error) return <p className="meta">{explain(error)}</p>;
  if (!data) return null;
  const standing = told ? laterWords(told.standing, data.standing) : data.standing;
  const several = new Set(standing.map((one) => one.address)).size > 1;
  return (
    <section className="consents" aria-label={t("consent.title")}>
      <h4>{t("consent.title")}</h4>
      {client && <p className="meta">{t("consent.for_client", { client: client.name })}</p>}
      <ul className="stack" aria-label={t("consent.title")}>
        {standing.map((one) => (
          <Line key={`${one.address}/${one.purpose}`} one={one} several={several} />
        ))}
      </ul>
      <div className="row-flex wrap">
        {may(session, "customers.edit") && (
          <Button tone="outline" icon="pencil" onPress={() => setPanel("tell")}>
            {t("consent.tell")}
          </Button>
        )}
        <Button icon="history" onPress={() => setPanel("history")}>
          {t("consent.history")}
        </Button>
      </div>
      {panel === "tell" && <TellDialog customer={customer} consents={{ ...data, standing }} onClose={() => setPanel(null)} />}
      {panel === "history" && <ConsentHistory customer={customer} onClose={() => setPanel(null)} />}
    </section>
  );
}

/** One purpose: yes, no or never asked; since when, by which way, and of which text. */
function Line({ one, several }: { one: ConsentStanding; several: boolean }) {
  const t = useT();
  return (
    <li>
      <div className="row-flex wrap">
        <span className="grow">{t(purposes[one.purpose])}</span>
        <Given given={one.given} />
      </div>
      {several && <p className="meta clip">{one.address}</p>}
      {one.at && one.source && (
        <p className="meta">
          {t("consent.since", { day: fullDay(one.at), how: way(one.source, one.by_name), text: one.text_version })}
        </p>
      )}
    </li>
  );
}

export function Given({ given }: { given: boolean | null }) {
  const t = useT();
  if (given === null) return <Pill>{t("consent.never")}</Pill>;
  return given ? (
    <Pill tone="ok" icon="check">
      {t("consent.yes")}
    </Pill>
  ) : (
    <Pill tone="warn" icon="x">
      {t("consent.no")}
    </Pill>
  );
}
