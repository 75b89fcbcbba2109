import { useOpenConsults } from "@/consults";
import { useT } from "@/i18n";
import { Pill } from "@ui/bits";

/** How many questions go on beside a conversation, and whether an answer has come. */
export function ConsultPill({ id }: { id: string }) {
  const t = useT();
  const open = useOpenConsults(id);
  if (open.length === 0) return null;
  const answered = open.some((one) => one.state === "answered");
  return (
    <Pill tone={answered ? "ok" : "info"} icon="users">
      {answered ? t("consult.answered") : t("consult.open", { n: open.length })}
    </Pill>
  );
}
