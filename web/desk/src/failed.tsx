import { explain } from "@/api/words";
import { useT } from "@/i18n";
import { Empty } from "@ui/bits";
import { Button } from "@ui/button";

/** What stands where something could not be fetched: why, and the way to try again. */
export function Failed({ error, retry }: { error: unknown; retry: () => unknown }) {
  const t = useT();
  return (
    <Empty icon="triangle-alert" title={explain(error)}>
      <Button tone="outline" icon="refresh-cw" onPress={() => void retry()}>
        {t("broken.again")}
      </Button>
    </Empty>
  );
}
