import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { MonitoringAgreement } from "@/api/types";
import { useT } from "@/i18n";
import { Button } from "@ui/button";
import { Dialog } from "@ui/dialog";
import { say } from "@ui/toast";
import { monitoringKey } from "./key";
import { refusalWords } from "./refusal";

/** Asks before an agreement ends: nobody can open it again. */
export function EndDialog({ agreement, onClose }: { agreement: MonitoringAgreement; onClose: () => void }) {
  const t = useT();
  const queries = useQueryClient();
  const end = useMutation({
    mutationFn: () => api.post<MonitoringAgreement>(`/privacy/monitoring/${agreement.id}/end`),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: monitoringKey });
      say(t("privacy.ended"));
      onClose();
    },
  });
  return (
    <Dialog title={t("privacy.end_ask", { title: agreement.title })} open onClose={onClose}>
      <div className="dialog-body">
        <p>{t("privacy.end_lead")}</p>
        <div role="alert">{end.error && <p className="field-error">{refusalWords(end.error)}</p>}</div>
      </div>
      <div className="dialog-foot">
        <Button onPress={onClose}>{t("cancel")}</Button>
        <Button tone="danger" isDisabled={end.isPending} onPress={() => end.mutate()}>
          {t("privacy.end")}
        </Button>
      </div>
    </Dialog>
  );
}
