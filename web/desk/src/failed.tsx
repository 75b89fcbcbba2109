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

interface Fetched {
  error: unknown;
  refetch: () => unknown;
}

/** The same for a page made of several: nothing while all is well; whatever failed is tried again. */
export function FailedOf({ all }: { all: readonly Fetched[] }) {
  const failed = all.filter(({ error }) => error);
  if (!failed[0]) return null;
  return <Failed error={failed[0].error} retry={() => failed.forEach((one) => one.refetch())} />;
}
