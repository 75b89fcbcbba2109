import type { ConversationRow, Why } from "@/api/types";
import { msg, useT } from "@/i18n";
import { stopwatch } from "@/i18n/format";
import { useQueueName } from "@/reference";
import { Icon } from "@ui/icon";

interface Props {
  why: Why | null;
  row: ConversationRow;
}

interface Skill {
  code?: string;
  skill?: string;
  level?: number;
}

const rules: Record<string, string> = {
  preferred: msg("why.preferred"),
  preferred_operator: msg("why.preferred"),
  only: msg("why.only"),
  longest_idle: msg("why.longest_idle"),
  idle: msg("why.longest_idle"),
  best_skill: msg("why.best_skill"),
  least_loaded: msg("why.least_loaded"),
};

/** Why routing chose this operator, in one or two lines. */
export function WhyCard({ why, row }: Props) {
  const t = useT();
  const queue = useQueueName(row.queue_id);
  if (!why) return null;
  const skills = (Array.isArray(why.skills) ? why.skills : []) as (Skill | string)[];
  const rule = typeof why.rule === "string" ? rules[why.rule] : undefined;
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
        {skills.map((skill) => {
          const name = typeof skill === "string" ? skill : (skill.code ?? skill.skill ?? "");
          const level = typeof skill === "string" ? undefined : skill.level;
          return (
            <li key={name}>
              {level === undefined ? t("why.skill", { name }) : t("why.skill_level", { name, level })}
            </li>
          );
        })}
        {rule && <li>{t(rule)}</li>}
        {queue && <li>{t("why.queue", { queue })}</li>}
        {waited !== null && <li>{t("why.waited", { time: stopwatch(waited) })}</li>}
        {ring !== null && ring > 0 && <li>{t("why.ring", { ring })}</li>}
      </ul>
    </section>
  );
}
