import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { explain } from "@/api/words";
import type { ConversationRow } from "@/api/types";
import { useT } from "@/i18n";
import { day } from "@/i18n/format";
import { useLive } from "@/live/react";
import { Button } from "@ui/button";
import { Dialog } from "@ui/dialog";
import { matches, Picker } from "@ui/picker";
import { say } from "@ui/toast";
import { adoptRow, timelineQuery } from "./api";
import { stateName } from "./labels";
import { useLateRefusal } from "./late";

interface Props {
  row: ConversationRow;
  onClose: () => void;
  onMerged: (into: string) => void;
  /** Brings back here who has left before the answer came. */
  onReturn: () => void;
}

/** Into which conversations of the same customer this one can go: those that still go on. */
export function mergeTargets(row: ConversationRow, all: readonly ConversationRow[]): ConversationRow[] {
  return all.filter(
    (one) =>
      one.id !== row.id &&
      one.client_id === row.client_id &&
      one.channel === row.channel &&
      one.merged_into === null &&
      one.state !== "closed" &&
      one.state !== "snoozed",
  );
}

/** Moves this thread behind another of the same customer, which goes on for both. */
export function MergeDialog({ row, onClose, onMerged, onReturn }: Props) {
  const t = useT();
  const { store } = useLive();
  const [query, setQuery] = useState("");
  const [into, setInto] = useState<string | null>(null);
  const timeline = useQuery({ ...timelineQuery(row.customer.id), staleTime: 0 });
  const options = mergeTargets(row, timeline.data ?? [])
    .map((one) => ({
      id: one.id,
      label: `#${one.number} ${one.subject || one.preview || t("conversation.untitled")} · ${stateName(one.state)} · ${day(one.opened_at)}`,
    }))
    .filter((option) => matches(query, option.label));
  const late = useLateRefusal((why) => t("merge.failed", { n: row.number, why }), onReturn);
  const merge = useMutation({
    mutationFn: (target: string) => api.post<ConversationRow>(`/conversations/${row.id}/merge`, { into: target }),
    onSuccess: (kept) => {
      adoptRow(store, kept);
      say(t("merge.done", { n: row.number, into: kept.number }));
      onMerged(kept.id);
    },
    onError: (error) => late(explain(error)),
  });
  const error = merge.error ?? timeline.error;
  return (
    <Dialog title={t("merge.title")} open onClose={onClose}>
      <div className="dialog-body stack">
        <p className="meta">{t("merge.hint")}</p>
        <Picker
          takeFocus
          label={t("merge.search")}
          query={query}
          onQuery={setQuery}
          options={options}
          onPick={setInto}
          selected={into ?? undefined}
          empty={timeline.isPending ? t("loading") : t("merge.none")}
        />
        <div role="alert">{error && <p className="field-error">{explain(error)}</p>}</div>
      </div>
      <div className="dialog-foot">
        <Button onPress={onClose}>{t("cancel")}</Button>
        <Button tone="primary" isDisabled={!into || merge.isPending} onPress={() => into && merge.mutate(into)}>
          {t("merge.confirm")}
        </Button>
      </div>
    </Dialog>
  );
}
