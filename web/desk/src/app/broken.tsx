import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { explain } from "@/api/words";
import { ApiError } from "@/api/client";
import { useT } from "@/i18n";
import { Button } from "@ui/button";
import { Empty } from "@ui/bits";

/** A page that failed: what happened, a way on, and the code for whoever helps. */
export function Broken({ error, reset }: { error: unknown; reset?: () => void }) {
  const t = useT();
  const [copied, setCopied] = useState(false);
  const code = error instanceof ApiError ? (error.problem.request_id ?? error.code) : "desk";
  const again = () => (reset ? reset() : location.reload());
  return (
    <main className="page" role="alert">
      <Empty icon="triangle-alert" title={explain(error)}>
        <div className="row-flex">
          <Button tone="outline" icon="refresh-cw" onPress={again}>
            {t("broken.again")}
          </Button>
          <Button
            onPress={() => {
              void navigator.clipboard?.writeText(`${code} ${String(error)}`).then(() => setCopied(true));
            }}
          >
            {copied ? t("broken.copied") : t("broken.copy")}
          </Button>
        </div>
      </Empty>
    </main>
  );
}

export function Missing() {
  const t = useT();
  return (
    <main className="page">
      <h1 className="hidden-visually">{t("missing.title")}</h1>
      <Empty icon="search" title={t("missing.title")}>
        <Link to="/work" className="button button-outline">
          {t("missing.back")}
        </Link>
      </Empty>
    </main>
  );
}
