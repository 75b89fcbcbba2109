import { useMutation, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { api } from "@/api/client";
import { explain } from "@/api/words";
import type { ConversationRow, Customer, CustomerIdentity } from "@/api/types";
import { msg, useT } from "@/i18n";
import { day, minuteOfDay, languageName } from "@/i18n/format";
import { may, useSession } from "@/session";
import { Button } from "@ui/button";
import { Icon } from "@ui/icon";
import { Menu, MenuItem } from "@ui/menu";
import { say } from "@ui/toast";
import { detailQuery } from "./api";
import { channelName } from "./labels";
import { latePart } from "./late-part";
import { Section } from "./section";

const EditCustomer = lazy(() => import("./customer-edit").then((module) => ({ default: module.EditCustomer })));
const MailConsents = latePart(async () => {
  const module = await import("./consents");
  await module.spoken;
  return module.MailConsents;
});
const MergeCustomer = lazy(() => import("./customer-merge").then((module) => ({ default: module.MergeCustomer })));

const kinds: Record<string, string> = {
  email: msg("identity.email"),
  phone: msg("identity.phone"),
  external: msg("identity.external"),
  tax_code: msg("identity.tax_code"),
};

/** Fetches the customer of a conversation, and how their addresses stand, after something of them was changed. */
export function useCustomerChanged(row: ConversationRow): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    await Promise.all([
      queries.invalidateQueries({ queryKey: detailQuery(row.id).queryKey }),
      queries.invalidateQueries({ queryKey: ["consents"] }),
    ]);
  };
}

interface Props {
  row: ConversationRow;
  customer: Customer | null;
}

/** Who writes: what is proved of them and what they only say, and how they want to be reached. */
export function CustomerCard({ row, customer }: Props) {
  const t = useT();
  const session = useSession();
  const [panel, setPanel] = useState<"edit" | "merge" | null>(null);
  const name = customer?.name || row.customer.name || t("customer.unnamed");
  const verified = customer?.verified ?? row.customer.verified;
  const canEdit = customer !== null && may(session, "customers.edit");
  const canMerge = customer !== null && may(session, "customers.merge");
  return (
    <Section
      icon="user"
      title={t("customer.title")}
      actions={
        (canEdit || canMerge) && (
          <Menu label={t("customer.actions")} trigger={<Button icon="pencil">{t("customer.actions")}</Button>}>
            <MenuItem id="edit" icon="pencil" isDisabled={!canEdit} onAction={() => setPanel("edit")}>
              {t("customer.edit")}
            </MenuItem>
            <MenuItem id="merge" icon="users" isDisabled={!canMerge} onAction={() => setPanel("merge")}>
              {t("customer.merge")}
            </MenuItem>
          </Menu>
        )
      }
    >
      <dl className="facts">
        <div>
          <dt>{t("customer.name")}</dt>
          <dd className="row-flex wrap">
            <span>{name}</span>
            <Proof verified={verified} />
          </dd>
        </div>
        {customer?.identities.map((identity) => (
          <IdentityLine key={`${identity.kind}/${identity.value}`} row={row} customer={customer} identity={identity} canEdit={canEdit} />
        ))}
        {customer && <Wishes preferences={customer.preferences} />}
        {customer?.language && (
          <div>
            <dt>{t("customer.language")}</dt>
            <dd>{languageName(customer.language)}</dd>
          </div>
        )}
      </dl>
      {customer && <Merged row={row} customer={customer} canMerge={canMerge} />}
      <Suspense>
        {customer?.identities.some((one) => one.kind === "email") && <MailConsents key={customer.id} customer={customer} />}
      </Suspense>
      <Suspense>
        {panel === "edit" && customer && <EditCustomer row={row} customer={customer} onClose={() => setPanel(null)} />}
        {panel === "merge" && customer && <MergeCustomer row={row} customer={customer} onClose={() => setPanel(null)} />}
      </Suspense>
    </Section>
  );
}

function Proof({ verified }: { verified: boolean }) {
  const t = useT();
  return (
    <span className={verified ? "pill tone-ok" : "pill"}>
      <Icon name={verified ? "shield-check" : "info"} />
      {verified ? t("customer.verified") : t("customer.claimed")}
    </span>
  );
}

interface LineProps {
  row: ConversationRow;
  customer: Customer;
  identity: CustomerIdentity;
  canEdit: boolean;
}

/** One identity; what is only said can be confirmed by whoever has checked it. */
function IdentityLine({ row, customer, identity, canEdit }: LineProps) {
  const t = useT();
  const changed = useCustomerChanged(row);
  const { kind, value } = identity;
  const verify = useMutation({
    mutationFn: () => api.post<Customer>(`/customers/${customer.id}/identities`, { kind, value }),
    onSuccess: async () => {
      say(t("customer.verified_now", { value }));
      await changed();
    },
    onError: (error) => say(explain(error)),
  });
  return (
    <div>
      <dt>{kinds[kind] ? t(kinds[kind]) : kind}</dt>
      <dd className="row-flex wrap">
        <span className="clip">{value}</span>
        <Proof verified={identity.verified} />
        {!identity.verified && canEdit && (
          <Button tone="outline" icon="check" isDisabled={verify.isPending} onPress={() => verify.mutate()}>
            {t("customer.verify")}
          </Button>
        )}
      </dd>
    </div>
  );
}

/** How the customer wants to be reached, if they have said so. */
function Wishes({ preferences }: { preferences: Customer["preferences"] }) {
  const t = useT();
  const { channel, from_minute: from, to_minute: to, note } = preferences;
  const hours = from != null && to != null ? `${minuteOfDay(from)}–${minuteOfDay(to)}` : null;
  const how = [channel && channelName(channel), hours, note].filter(Boolean).join(" · ");
  if (!how) return null;
  return (
    <div>
      <dt>{t("customer.reach")}</dt>
      <dd>{how}</dd>
    </div>
  );
}

/** Whom this customer stands for; each merge can be undone. */
function Merged({ row, customer, canMerge }: { row: ConversationRow; customer: Customer; canMerge: boolean }) {
  const t = useT();
  const changed = useCustomerChanged(row);
  const part = useMutation({
    mutationFn: (id: string) => api.post<Customer>(`/customers/${id}/unmerge`),
    onSuccess: async () => {
      say(t("customer.parted"));
      await changed();
    },
    onError: (error) => say(explain(error)),
  });
  const merged = customer.merged ?? [];
  if (merged.length === 0) return null;
  return (
    <ul className="history" aria-label={t("customer.stands_for")}>
      {merged.map((one) => (
        <li key={one.id}>
          <span className="meta num">{day(one.at)}</span>
          <span className="grow clip">{t("customer.merged_one", { name: one.name || t("customer.unnamed") })}</span>
          {canMerge && (
            <Button tone="link" isDisabled={part.isPending} onPress={() => part.mutate(one.id)}>
              {t("customer.part")}
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}
