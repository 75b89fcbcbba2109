import { useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { MonitoringAgreement } from "@/api/types";
import { Confirm } from "@/confirm";
import { useT } from "@/i18n";
import { say } from "@ui/toast";
import { monitoringKey } from "./key";
import { refusalWords } from "./refusal";

/** Asks before an agreement ends: nobody can open it again. */
export function EndDialog({ agreement, onClose }: { agreement: MonitoringAgreement; onClose: () => void }) {
  const t = useT();
  const queries = useQueryClient();
  const end = async () => {
    await api.post<MonitoringAgreement>(`/privacy/monitoring/${agreement.id}/end`);
    void queries.invalidateQueries({ queryKey: monitoringKey });
    say(t("privacy.ended"));
  };
  return (
    <Confirm title={t("privacy.end_ask", { title: agreement.title })} word={t("privacy.end")} act={end} words={refusalWords} onClose={onClose}>
      <p>{t("privacy.end_lead")}</p>
    </Confirm>
  );
}
