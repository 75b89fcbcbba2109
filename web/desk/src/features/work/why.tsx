import { lazy, Suspense, useState } from "react";
import type { ConversationRow, Why } from "@/api/types";
import { msg, useT } from "@/i18n";
import { stopwatch } from "@/i18n/format";
import { useQueueName } from "@/reference";
import { may, useSession } from "@/session";
import { Button } from "@ui/button";
import { Section } from "./section";

const WhyNotDialog = lazy(() => import("./why-not").then((module) => ({ default: module.WhyNotDialog })));

interface Props {
  why: Why | null;
  row: ConversationRow;
}

/** Why routing chose this operator, in one or two lines. */
export function WhyCard({ why, row }: Props) {
  const t = useT();
  const session = useSession();
  const [asking, setAsking] = useState(false);
  const queue = useQueueName(row.queue_id);
  if (!why) return null;
  const { skills, waited_s: waited, ring } = why;
  const rule = why.preferred ? msg("why.preferred") : why.candidates === 1 ? msg("why.only") : undefined;
  return (
    <Section
      icon="zap"
      title={t("why.title")}
      actions={
        row.work_item_id !== null && may(session, "routing.supervise") && (
          <Button tone="link" onPress={() => setAsking(true)}>
            {t("why_not.open")}
          </Button>
        )
      }
    >
      <ul className="why">
        {skills.map(([name, , level]) => (
          <li key={name}>{t("why.skill_level", { name, level })}</li>
        ))}
        {rule && <li>{t(rule)}</li>}
        {queue && <li>{t("why.queue", { queue })}</li>}
        <li>{t("why.waited", { time: stopwatch(waited) })}</li>
        {ring > 0 && <li>{t("why.ring", { ring })}</li>}
      </ul>
      <Suspense>{asking && <WhyNotDialog row={row} onClose={() => setAsking(false)} />}</Suspense>
    </Section>
  );
}
