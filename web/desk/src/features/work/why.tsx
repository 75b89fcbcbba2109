import type { ConversationRow, Why } from "@/api/types";
import { msg, useT } from "@/i18n";
import { stopwatch } from "@/i18n/format";
import { useQueueName } from "@/reference";
import { Icon } from "@ui/icon";

interface Props {
  why: Why | null;
  row: ConversationRow;
}

/** A skill as the decision keeps it: code, level asked, level held. */
type Skill = [code: string, asked: number, held: number];

/** Why routing chose this operator, in one or two lines. */
export function WhyCard({ why, row }: Props) {
  const t = useT();
  const queue = useQueueName(row.queue_id);
  if (!why) return null;
  const skills = (Array.isArray(why.skills) ? why.skills : []) as Skill[];
  const rule = why.preferred === true ? msg("why.preferred") : why.candidates === 1 ? msg("why.only") : undefined;
  const waited = typeof why.waited_s === "number" ? why.waited_s : null;
  const ring = typeof why.ring === "number" ? why.ring : null;
  const text = typeof why.text === "string" ? why.text : null;
  return (
    <section className="card" aria-label={t("why.title")}>
      <h3 className="card-title">
        <Icon name="zap" />
        {t("why.title")}
      </h3>
      <ul className="why">
        {text && <li>{text}</li>}
        {skills.map(([name, , level]) => (
          <li key={name}>{t("why.skill_level", { name, level })}</li>
        ))}
        {rule && <li>{t(rule)}</li>}
        {queue && <li>{t("why.queue", { queue })}</li>}
        {waited !== null && <li>{t("why.waited", { time: stopwatch(waited) })}</li>}
        {ring !== null && ring > 0 && <li>{t("why.ring", { ring })}</li>}
      </ul>
    </section>
  );
}
