import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ConversationRow } from "@/api/types";
import { msg, useT } from "@/i18n";
import { useRow } from "@/live/react";
import { Button } from "@ui/button";
import { TextField } from "@ui/field";
import { useDesk, useSlot } from "../outbox-react";
import { addresses, linesOf, type Envelope, type Lines } from "./model";
import { recipientsQuery } from "./requests";

const labels: Record<keyof Envelope, string> = {
  to: msg("mail.to"),
  cc: msg("mail.cc"),
  bcc: msg("mail.bcc"),
};

/** To whom a reply goes: one line until somebody wants more of it. */
export function RecipientsField({ row }: { row: ConversationRow }) {
  const t = useT();
  const { drafts } = useDesk();
  const { slot } = useSlot(row.id, "reply");
  const last = useRow("threads", row.id)?.items.findLast((one) => one.author.kind === "customer")?.seq ?? 0;
  const { data } = useQuery(recipientsQuery(row.id, last));
  const lines = slot.envelope;
  const put = (next: Lines | null) => drafts.address(row.id, "reply", next);
  const plain = { to: data ? [data.customer] : [], cc: [], bcc: [] };
  if (!lines) {
    return (
      <div className="row-flex wrap mail-to">
        <span className="meta clip">
          {t("mail.to")} {data?.customer ?? "…"}
        </span>
        <span className="grow" />
        {data && data.others.length > 0 && (
          <Button tone="link" icon="users" onPress={() => put(linesOf({ ...plain, cc: data.others }))}>
            {t("mail.reply_all", { n: data.others.length })}
          </Button>
        )}
        <Button tone="link" isDisabled={!data} onPress={() => put(linesOf(plain))}>
          {t("mail.more_recipients")}
        </Button>
      </div>
    );
  }
  return (
    <div className="mail-lines" role="group" aria-label={t("mail.recipients")}>
      <AddressLines lines={lines} onChange={put} />
      <Button tone="link" icon="undo-2" onPress={() => put(null)}>
        {t("mail.only_customer")}
      </Button>
    </div>
  );
}

/** The three lines of addresses; what is no address is said once the line is left. */
export function AddressLines({ lines, onChange }: { lines: Lines; onChange: (lines: Lines) => void }) {
  const t = useT();
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  return (["to", "cc", "bcc"] as const).map((name) => {
    const { good, bad } = addresses(lines[name]);
    const nobody = name === "to" && good.length === 0;
    const wrong = bad.length > 0 ? t("mail.no_address", { what: bad[0] }) : nobody ? t("mail.nobody") : undefined;
    return (
      <TextField
        key={name}
        label={t(labels[name])}
        value={lines[name]}
        inputMode="email"
        autoComplete="off"
        spellCheck={false}
        error={left.has(name) ? wrong : undefined}
        onChange={(event) => onChange({ ...lines, [name]: event.target.value })}
        onBlur={() => setLeft(new Set([...left, name]))}
      />
    );
  });
}
