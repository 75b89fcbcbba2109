import type { Consult } from "@/api/types";
import { isLate, useOpenConsults, useServerNow } from "@/consults";
import { useT } from "@/i18n";
import { Pill } from "@ui/bits";
import { Icon } from "@ui/icon";

function standing(open: readonly Consult[], now: number): "answered" | "late" | "open" {
  if (open.some((one) => one.state === "answered")) return "answered";
  return open.some((one) => isLate(one, now)) ? "late" : "open";
}

const tones = { answered: "ok", late: "warn", open: "info" } as const;
const icons = { answered: "check", late: "circle-alert", open: "users" } as const;

/** What is said of it to who does not see the colour. */
function Standing({ is }: { is: keyof typeof tones }) {
  const t = useT();
  if (is === "open") return null;
  return <span className="hidden-visually">{is === "late" ? t("consult.unanswered") : t("consult.answered")}</span>;
}

/** In the list: questions go on beside this conversation, and whether an answer has come or is awaited in vain. */
export function ConsultMark({ id }: { id: string }) {
  const t = useT();
  const open = useOpenConsults(id);
  const now = useServerNow();
  if (open.length === 0) return null;
  const is = standing(open, now);
  return (
    <span className={`consult-mark tone-${tones[is]}`}>
      <Icon name="users" />
      {is !== "open" && <Icon name={icons[is]} />}
      <span className="hidden-visually">{t("consult.count", { n: open.length })} </span>
      <Standing is={is} />
    </span>
  );
}

/** How many questions go on beside a conversation, and whether an answer has come; where the pane is not in sight. */
export function ConsultPill({ id }: { id: string }) {
  const t = useT();
  const open = useOpenConsults(id);
  const now = useServerNow();
  if (open.length === 0) return null;
  const is = standing(open, now);
  return (
    <span className="consult-pill">
      <Pill tone={tones[is]} icon={icons[is]}>
        {t("consult.count", { n: open.length })}
        <Standing is={is} />
      </Pill>
    </span>
  );
}
