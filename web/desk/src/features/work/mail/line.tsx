import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Message } from "@/api/types";
import { explain } from "@/api/words";
import { msg, useT } from "@/i18n";
import { Pill, Skeleton } from "@ui/bits";
import { Button } from "@ui/button";
import { Icon } from "@ui/icon";
import { useDesk, useSlot } from "../outbox-react";
import { allOf, ForwardDialog } from "./forward";
import type { Envelope } from "./model";
import { mailQuery } from "./requests";
import { WholeMail } from "./whole";

interface Fate {
  address: string;
  role: string;
  state: string;
  why: string;
}

/** What a message keeps of its mail, as the server writes it. */
interface MailMeta {
  mail?: {
    from?: string;
    name?: string;
    to?: string[];
    cc?: string[];
    new_sender?: boolean;
    verified?: boolean;
    checks?: Record<string, string>;
    folded?: boolean;
    scanned?: boolean;
    left_out?: string[];
    kind?: string;
  };
  envelope?: Envelope;
  told?: { state: string; recipients: Fate[] };
  forward?: { names: string[]; whole: boolean };
}

const fates: Record<string, string> = {
  waiting: msg("mail.fate.waiting"),
  uncertain: msg("mail.fate.uncertain"),
  accepted: msg("mail.fate.accepted"),
  delayed: msg("mail.fate.delayed"),
  relayed: msg("mail.fate.relayed"),
  delivered: msg("mail.fate.delivered"),
  failed: msg("mail.fate.failed"),
  bounced: msg("mail.fate.bounced"),
};
const LOST = new Set(["failed", "bounced", "uncertain", "delayed"]);

/** What a message was as a mail: from whom and to whom, whether it arrived, and what it quotes. */
export function MailLine({ message }: { message: Message }) {
  const t = useT();
  const meta = message.meta as MailMeta;
  const [open, setOpen] = useState<"whole" | "forward" | null>(null);
  const [quote, setQuote] = useState(false);
  const { drafts } = useDesk();
  const { slot } = useSlot(message.conversation_id, "forward");
  const begun = slot.about?.message_id === message.id && Boolean(slot.text || slot.envelope || slot.attachments.length > 0);
  const passOn = () => {
    drafts.begin(message.conversation_id, "forward", allOf(message));
    setOpen("forward");
  };
  const { mail, told } = meta;
  const gone = told !== undefined || mail !== undefined;
  return (
    <div className="mail-line">
      {mail?.from && <Sender mail={mail} />}
      {!mail && <Recipients meta={meta} />}
      {meta.forward && (meta.forward.names.length > 0 || meta.forward.whole) && (
        <p className="meta">
          <Icon name="paperclip" />{" "}
          {[...meta.forward.names, ...(meta.forward.whole ? [t("mail.whole_file")] : [])].join(", ")}
        </p>
      )}
      <div className="row-flex wrap">
        {mail?.folded && (
          <Button tone="link" icon="ellipsis" aria-expanded={quote} onPress={() => setQuote(!quote)}>
            {quote ? t("mail.quote_hide") : t("mail.quote_show")}
          </Button>
        )}
        {gone && (
          <Button tone="link" icon="mail" onPress={() => setOpen("whole")}>
            {t("mail.whole")}
          </Button>
        )}
        {message.kind === "message" && (
          <Button tone="link" icon="reply" className="mail-forward" onPress={passOn}>
            {begun ? t("mail.forward_begun") : t("mail.forward")}
          </Button>
        )}
      </div>
      {quote && <Quote id={message.id} />}
      {open === "whole" && <WholeMail message={message} onClose={() => setOpen(null)} />}
      {open === "forward" && <ForwardDialog message={message} onClose={() => setOpen(null)} />}
    </div>
  );
}

function Sender({ mail }: { mail: NonNullable<MailMeta["mail"]> }) {
  const t = useT();
  const failed = Object.values(mail.checks ?? {}).some((result) => result === "fail" || result === "softfail");
  return (
    <>
      <p className="row-flex wrap meta">
        <span className="clip">{mail.name ? `${mail.name} <${mail.from}>` : mail.from}</span>
        {!mail.verified && (
          <Pill tone={failed ? "bad" : "plain"} icon="circle-alert">
            {failed ? t("mail.sender_failed") : t("mail.sender_unverified")}
          </Pill>
        )}
        {mail.scanned === false && (
          <Pill tone="warn" icon="circle-alert">
            {t("mail.unscanned")}
          </Pill>
        )}
        {mail.new_sender && (
          <Pill tone="warn" icon="user">
            {t("mail.sender_new")}
          </Pill>
        )}
      </p>
      {mail.cc && mail.cc.length > 0 && <AddressRow label={t("mail.cc")} who={mail.cc} />}
    </>
  );
}

function Recipients({ meta }: { meta: MailMeta }) {
  const t = useT();
  const { envelope, told } = meta;
  const several = envelope ?? { to: [], cc: [], bcc: [] };
  const lost = told?.recipients.filter((one) => LOST.has(one.state)) ?? [];
  return (
    <>
      {several.to.length > 0 && <AddressRow label={t("mail.to")} who={several.to} />}
      {several.cc.length > 0 && <AddressRow label={t("mail.cc")} who={several.cc} />}
      {several.bcc.length > 0 && <AddressRow label={t("mail.bcc")} who={several.bcc} />}
      {lost.map((one) => (
        <p key={one.address} className={one.state === "delayed" ? "field-error mail-warned" : "field-error"}>
          <Icon name="circle-alert" />
          <span>
            {t(fates[one.state] ?? fates.failed!, { who: one.address })} {one.why}
          </span>
        </p>
      ))}
      {told && lost.length === 0 && told.recipients.length > 1 && (
        <p className="meta">{told.recipients.map((one) => t(fates[one.state] ?? fates.accepted!, { who: one.address })).join(" · ")}</p>
      )}
    </>
  );
}

function AddressRow({ label, who }: { label: string; who: readonly string[] }) {
  return (
    <p className="meta">
      {label} {who.join(", ")}
    </p>
  );
}

function Quote({ id }: { id: string }) {
  const t = useT();
  const { data, error } = useQuery(mailQuery(id));
  if (error) return <p className="field-error">{explain(error)}</p>;
  if (!data) return <Skeleton label={t("loading")} lines={2} />;
  return (
    <blockquote className="mail-quote">
      {[data.signature, data.quoted].filter(Boolean).join("\n\n") || t("mail.quote_none")}
    </blockquote>
  );
}
