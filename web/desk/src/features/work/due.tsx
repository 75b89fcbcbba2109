import type { ConversationRow } from "@/api/types";
import { useT } from "@/i18n";
import { span } from "@/i18n/format";
import { useLive } from "@/live/react";
import { useNow } from "@/live/ticker";
import { Pill } from "@ui/bits";

const SOON_MS = 5 * 60_000;

/** Time left until the deadline, in words for those who do not see the colour. */
export function Due({ row }: { row: ConversationRow }) {
  const t = useT();
  useNow(10);
  const { engine } = useLive();
  if (!row.due_at) return null;
  const left = Date.parse(row.due_at) - engine.serverNow();
  const tone = left < 0 ? "bad" : left < SOON_MS ? "warn" : "plain";
  const words = left < 0 ? t("due.late", { time: span(-left) }) : t("due.left", { time: span(left) });
  return (
    <Pill tone={tone} icon={left < 0 ? "circle-alert" : "timer"}>
      <span aria-hidden="true">{span(left)}</span>
      <span className="hidden-visually">{words}</span>
    </Pill>
  );
}
