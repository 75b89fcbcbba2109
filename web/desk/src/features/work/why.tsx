import type { ConversationRow, Why } from "@/api/types";
import { msg, useT } from "@/i18n";
import { stopwatch } from "@/i18n/format";
import { useQueueName } from "@/reference";
import { Icon } from "@ui/icon";

interface Props {
  why: Why | null;
  row: ConversationRow;
}

/** Why routing chose this operator, in one or two lines. */
export function WhyCard({ why, row }: Props) {
  const t = useT();
  const queue = useQueueName(row.queue_id);
  if (!why) return null;
  const { skills, waited_s: waited, ring } = why;
  const rule = why.preferred ? msg("why.preferred") : why.candidates === 1 ? msg("why.only") : undefined;
  return (
    <section className="card" aria-label={t("why.title")}>
      <h3 className="card-title">
        <Icon name="zap" />
        {t("why.title")}
      </h3>
      <ul className="why">
        {skills.map(([name, , level]) => (
          <li key={name}>{t("why.skill_level", { name, level })}</li>
        ))}
        {rule && <li>{t(rule)}</li>}
        {queue && <li>{t("why.queue", { queue })}</li>}
        <li>{t("why.waited", { time: stopwatch(waited) })}</li>
        {ring > 0 && <li>{t("why.ring", { ring })}</li>}
      </ul>
    </section>
  );
}
