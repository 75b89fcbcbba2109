import { useOpenConsults } from "@/consults";
import { useT } from "@/i18n";
import { Pill } from "@ui/bits";

/** How many questions go on beside a conversation, and whether an answer has come; where the pane is not in sight. */
export function ConsultPill({ id }: { id: string }) {
  const t = useT();
  const open = useOpenConsults(id);
  if (open.length === 0) return null;
  const answered = open.some((one) => one.state === "answered");
  return (
    <span className="consult-pill">
      <Pill tone={answered ? "ok" : "info"} icon={answered ? "check" : "users"}>
        {t("consult.count", { n: open.length })}
        {answered && <span className="hidden-visually">{t("consult.answered")}</span>}
      </Pill>
    </span>
  );
}
