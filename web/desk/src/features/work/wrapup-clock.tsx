import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { ConversationRow, WrapUpClock as Clock } from "@/api/types";
import { useT } from "@/i18n";
import { moment, stopwatch } from "@/i18n/format";
import { useLive } from "@/live/react";
import { useNow } from "@/live/ticker";

/**
 * How long a contact has been written up, beside what its queue reckons with: a figure to read, in no
 * colour. Once that time is over a word says what will happen, and nothing does before.
 */
export function WrapUpClock({ row }: { row: ConversationRow }) {
  const { data } = useQuery({
    queryKey: ["wrap-up", row.id],
    queryFn: () => api.get<Clock | null>(`/conversations/${row.id}/wrap-up`),
    enabled: row.state === "wrapup",
    staleTime: 60_000,
  });
  return data && row.state === "wrapup" ? <Lasting clock={data} /> : null;
}

function Lasting({ clock }: { clock: Clock }) {
  const t = useT();
  const { engine } = useLive();
  useNow();
  const now = engine.serverNow();
  const lasted = (now - Date.parse(clock.began_at)) / 1000;
  return (
    <>
      <span className="meta num">{t("wrapup.lasts", { time: stopwatch(lasted), of: stopwatch(clock.expected_s) })}</span>
      <span className="meta" role="status">
        {lasted >= clock.expected_s && (clock.ends_at ? t("wrapup.ends", { time: moment(clock.ends_at, now) }) : t("wrapup.no_end"))}
      </span>
    </>
  );
}
