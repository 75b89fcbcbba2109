import type { Consult } from "@/api/types";
import { isLate, useServerNow } from "@/consults";
import { useT } from "@/i18n";
import { useQueueName } from "@/reference";
import { Pill } from "@ui/bits";
import "./words";

/** Where a consult stands. */
export function ConsultState({ consult }: { consult: Consult }) {
  const t = useT();
  const now = useServerNow();
  if (consult.state === "closed") return <Pill>{t("consult.state_closed")}</Pill>;
  if (consult.state === "answered") return <Pill tone="ok">{t("consult.state_answered")}</Pill>;
  if (isLate(consult, now)) return <Pill tone="warn">{t("consult.state_late")}</Pill>;
  return <Pill tone="info">{t("consult.state_open")}</Pill>;
}

/** Who asked whom: a colleague, or a queue until somebody has taken it. */
export function Between({ consult }: { consult: Consult }) {
  const t = useT();
  const queue = useQueueName(consult.queue_id);
  const whom = [consult.operator_name, queue].filter(Boolean).join(" · ");
  return <p className="meta">{t("consult.between", { asker: consult.asked_by_name, whom })}</p>;
}
