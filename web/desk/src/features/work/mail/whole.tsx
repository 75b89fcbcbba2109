import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Message, MessageMail } from "@/api/types";
import { explain } from "@/api/words";
import { useT } from "@/i18n";
import { moment } from "@/i18n/format";
import { Empty, Skeleton } from "@ui/bits";
import { Button } from "@ui/button";
import { Dialog } from "@ui/dialog";
import { Icon } from "@ui/icon";
import { Segments } from "@ui/segments";
import { mailQuery, mailUrl } from "./requests";

type Way = "text" | "html" | "source";

/** A mail whole: its text with what it quotes, its own look, and the bytes it came as. */
export function WholeMail({ message, onClose }: { message: Message; onClose: () => void }) {
  const t = useT();
  const { data, error } = useQuery(mailQuery(message.id));
  return (
    <Dialog title={data?.subject || t("mail.whole")} open onClose={onClose}>
      <div className="dialog-body mail-whole">
        {error ? (
          <Empty icon="triangle-alert" title={explain(error)} />
        ) : data ? (
          <Body mail={data} />
        ) : (
          <Skeleton label={t("loading")} lines={8} />
        )}
      </div>
      <div className="dialog-foot">
        <a className="button button-outline" href={mailUrl(message.id, "source")} download={`${message.id}.eml`}>
          <Icon name="download" />
          {t("mail.download")}
        </a>
        <Button tone="primary" onPress={onClose}>
          {t("mail.close")}
        </Button>
      </div>
    </Dialog>
  );
}

function Body({ mail }: { mail: MessageMail }) {
  const t = useT();
  const [way, setWay] = useState<Way>(mail.html ? "html" : "text");
  const [pictures, setPictures] = useState(false);
  const found = (result: string) => (result === "too_large" ? t("mail.too_large") : result);
  const facts: [string, string][] = [
    [t("mail.from"), mail.sender],
    [t("mail.to"), mail.to.join(", ")],
    [t("mail.cc"), mail.cc.join(", ")],
    [t("mail.date"), mail.date ? moment(mail.date, Date.now()) : ""],
    [t("mail.checks"), Object.entries(mail.checks).map(([name, result]) => `${name}: ${found(result)}`).join(", ")],
    [t("mail.protection"), mail.protection.join(", ")],
    [t("mail.attachments"), mail.attachments.join(", ")],
  ];
  return (
    <>
      <dl className="mail-facts">
        {facts
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div key={name}>
              <dt className="meta">{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      <Segments
        label={t("mail.shown_as")}
        value={way}
        options={[
          ...(mail.html ? [{ value: "html" as const, label: t("mail.as_html") }] : []),
          { value: "text" as const, label: t("mail.as_text") },
          { value: "source" as const, label: t("mail.as_source") },
        ]}
        onChange={setWay}
      />
      {way === "text" && (
        <pre className="mail-text" tabIndex={0} aria-label={t("mail.as_text")}>
          {[mail.text, mail.signature, mail.quoted].filter(Boolean).join("\n\n")}
        </pre>
      )}
      {way === "html" && (
        <>
          {mail.blocked_images > 0 && !pictures && (
            <p className="row-flex meta">
              <Icon name="eye-off" />
              {t("mail.pictures_held", { n: mail.blocked_images })}
              <Button tone="link" onPress={() => setPictures(true)}>
                {t("mail.pictures_show")}
              </Button>
            </p>
          )}
          {/* Nothing in it runs: the frame allows nothing, and the server's policy says the same. */}
          <iframe
            sandbox=""
            title={t("mail.as_html")}
            className="mail-frame"
            src={mailUrl(mail.message_id, "html", pictures ? "?remote_images=true" : "")}
          />
        </>
      )}
      {way === "source" && (
        <pre className="mail-text" tabIndex={0} aria-label={t("mail.as_source")}>
          {mail.source}
          {mail.cut && `\n[…] ${t("mail.cut")}`}
        </pre>
      )}
    </>
  );
}
