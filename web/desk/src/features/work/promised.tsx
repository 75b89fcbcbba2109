import type { ConversationRow } from "@/api/types";
import { useT } from "@/i18n";
import { moment } from "@/i18n/format";
import { useLive } from "@/live/react";
import { Icon } from "@ui/icon";

/** What was promised to the customer of this conversation, for whoever keeps it. */
export function Promised({ row }: { row: ConversationRow }) {
  const t = useT();
  const { engine } = useLive();
  const { promise } = row;
  if (!promise?.phone) return null;
  return (
    <div className="banner tone-info">
      <Icon name="phone" />
      <span className="grow">
        {t("call.promised", { time: promise.until ? moment(promise.until, engine.serverNow()) : "" })}{" "}
        <a href={`tel:${promise.phone.replace(/[^+0-9]/g, "")}`}>{promise.phone}</a>
        {promise.text && ` · ${promise.text}`}
      </span>
    </div>
  );
}
