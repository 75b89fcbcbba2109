import { useT } from "@/i18n";
import { Button } from "@ui/button";
import { TextArea } from "@ui/field";
import type { DraftKind } from "./model/drafts";
import { useDesk, useSlot } from "./outbox-react";

/** What another device wrote of the same draft meanwhile: it stays until one has chosen. */
export function OtherWords({ id, kind }: { id: string; kind: DraftKind }) {
  const t = useT();
  const { drafts } = useDesk();
  const { slot } = useSlot(id, kind);
  return (
    <div role="status">
      {slot.other !== null && (
        <>
          <TextArea label={t("draft.other")} rows={2} readOnly value={slot.other} />
          <div className="row-flex end">
            <Button tone="link" onPress={() => drafts.settle(id, kind)}>
              {t("draft.drop_other")}
            </Button>
            <Button tone="link" onPress={() => drafts.swap(id, kind)}>
              {t("draft.use_other")}
            </Button>
          </div>
        </>
      )}
    </div>
  );
}
