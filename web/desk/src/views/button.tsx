import { lazy, Suspense, useState } from "react";
import { useT } from "@/i18n";
import { useAction } from "@/keys/react";
import { shown } from "@/keys/map";
import { IconButton } from "@ui/button";

const load = () => import("./dialog");
const ViewsDialog = lazy(() => load().then((module) => ({ default: module.ViewsDialog })));

export type ListPage = "work" | "conversations";

/** Opens the views that one keeps of a list. */
export function ViewsButton({ page }: { page: ListPage }) {
  const t = useT();
  const [open, setOpen] = useState(false);
  useAction("views", () => setOpen(true));
  return (
    <>
      <IconButton
        icon="star"
        label={t("views.title")}
        shortcut={shown("views") ?? ""}
        onPress={() => setOpen(true)}
        onHoverStart={() => void load().catch(() => undefined)}
      />
      {open && (
        <Suspense>
          <ViewsDialog page={page} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
