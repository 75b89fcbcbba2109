import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { explain } from "@/api/words";
import type { ConversationRow, Explanation, OperatorRef } from "@/api/types";
import { msg, useT } from "@/i18n";
import { Button } from "@ui/button";
import { Dialog } from "@ui/dialog";
import { Icon } from "@ui/icon";
import { Skeleton } from "@ui/bits";
import { ColleaguePicker } from "./colleague";

const rules: Record<string, string> = {
  other_client: msg("against.other_client"),
  channel_not_served: msg("against.channel"),
  language: msg("against.language"),
  presence_busy: msg("against.busy"),
  presence_away: msg("against.away"),
  presence_break: msg("against.break"),
  presence_offline: msg("against.offline"),
  not_now: msg("against.not_now"),
  outside_eu: msg("against.outside_eu"),
  break_due: msg("against.break_due"),
  no_capacity: msg("against.no_capacity"),
  skill: msg("against.skill"),
  barred: msg("against.barred"),
  missed_before: msg("against.missed_before"),
  kept_for_preferred: msg("against.preferred"),
  already_offered: msg("against.taken"),
  already_active: msg("against.taken"),
  already_wrapup: msg("against.taken"),
  queue_archived: msg("against.queue_archived"),
};

interface Props {
  row: ConversationRow;
  onClose: () => void;
}

/** Every rule that keeps a colleague from this work just now; that one asked is written down. */
export function WhyNotDialog({ row, onClose }: Props) {
  const t = useT();
  const [who, setWho] = useState<OperatorRef | null>(null);
  const { data, error, isFetching } = useQuery({
    queryKey: ["why-not", row.work_item_id, who?.id],
    queryFn: () => api.get<Explanation>(`/work/${row.work_item_id}/why`, { query: { operator_id: who?.id } }),
    enabled: who !== null,
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  return (
    <Dialog title={t("why_not.title")} open onClose={onClose}>
      <div className="dialog-body stack">
        {who === null ? (
          <>
            <p className="meta">{t("why_not.hint")}</p>
            <ColleaguePicker clientId={row.client_id} onPick={setWho} />
          </>
        ) : (
          <>
            <p className="row-flex">
              <Icon name="user" />
              <strong className="grow">{who.display_name}</strong>
              <Button tone="outline" onPress={() => setWho(null)}>
                {t("transfer.change")}
              </Button>
            </p>
            <div role="status">
              {isFetching && <Skeleton label={t("loading")} lines={2} />}
              {data && !isFetching && (
                <ul className="why">
                  {(data.against ?? []).map((code) => (
                    <li key={code}>{rules[code] ? t(rules[code]) : code}</li>
                  ))}
                  {data.against?.length === 0 && <li>{t("against.nothing")}</li>}
                </ul>
              )}
            </div>
            <div role="alert">{error && <p className="field-error">{explain(error)}</p>}</div>
          </>
        )}
      </div>
      <div className="dialog-foot">
        <Button onPress={onClose}>{t("close")}</Button>
      </div>
    </Dialog>
  );
}
