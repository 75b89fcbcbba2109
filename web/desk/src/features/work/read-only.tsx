import { api } from "@/api/client";
import { explain } from "@/api/words";
import type { ConversationRow } from "@/api/types";
import { useT } from "@/i18n";
import { useLive } from "@/live/react";
import { may, useSession } from "@/session";
import { Button } from "@ui/button";
import { Icon } from "@ui/icon";
import { say } from "@ui/toast";
import { adoptRow } from "./api";

/** Why one cannot write here, and what can be done instead. */
export function ReadOnly({ row, gone, onWrap }: { row: ConversationRow; gone: boolean; onWrap: (() => void) | undefined }) {
  const t = useT();
  const { store } = useLive();
  const session = useSession();
  const closed = row.state === "closed";
  const reopen = () => {
    api
      .post<ConversationRow>(`/conversations/${row.id}/reopen`)
      .then((next) => adoptRow(store, next))
      .catch((error: unknown) => say(explain(error)));
  };
  return (
    <div className="banner tone-info read-only">
      <Icon name="info" />
      <span className="grow">
        {onWrap ? t("wrapup.ran_out") : closed ? t("readonly.closed") : gone ? t("readonly.gone") : t("readonly.other")}
      </span>
      {onWrap && (
        <Button tone="outline" icon="check" onPress={onWrap}>
          {t("wrapup.open")}
        </Button>
      )}
      {closed && may(session, "conversations.open") && (
        <Button tone="outline" icon="undo-2" onPress={reopen}>
          {t("readonly.reopen")}
        </Button>
      )}
    </div>
  );
}
