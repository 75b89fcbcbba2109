import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import type { MonitoringAgreement, Look, Monitoring, OperatorRef } from "@/api/types";
import { Failed } from "@/failed";
import { useT } from "@/i18n";
import { fullDay } from "@/i18n/format";
import { Looks } from "@/looks/list";
import { fieldName } from "@/looks/what";
import { may, useSession } from "@/session";
import { Empty, Pill, Skeleton } from "@ui/bits";
import { Button } from "@ui/button";
import { ConcludeDialog } from "./conclude";
import { EndDialog } from "./end";
import { monitoringKey } from "./key";
import "./privacy.css";
import "./words";

/** What may be seen of single people, on what ground, and who has looked. */
export function PrivacyPage() {
  const t = useT();
  const monitoring = useQuery({
    queryKey: monitoringKey,
    queryFn: ({ signal }) => api.get<Monitoring>("/privacy/monitoring", { signal }),
  });
  const { data } = monitoring;
  return (
    <div className="page" data-region tabIndex={-1}>
      <header className="page-head">
        <h1>{t("nav.privacy")}</h1>
      </header>
      <div className="stack">
        {monitoring.isPending && <Skeleton label={t("loading")} lines={6} />}
        {!data && monitoring.error && <Failed error={monitoring.error} retry={monitoring.refetch} />}
        {data && (
          <p>
            {data.mode === "agreement"
              ? t("privacy.mode_agreement", { fields: data.visible_fields.map(fieldName).join(", ") })
              : t("privacy.mode_aggregate", { n: data.minimum_group })}
          </p>
        )}
        {data && <Agreements monitoring={data} />}
        <section className="card stack" aria-labelledby="privacy-log">
          <h2 id="privacy-log">{t("privacy.log")}</h2>
          <p className="meta">{t("privacy.log_about")}</p>
          <Looks path="/privacy/views" label={t("privacy.log")} none={t("privacy.log_none")} whom={(look) => <Whom look={look} />} />
        </section>
      </div>
    </div>
  );
}

function Agreements({ monitoring }: { monitoring: Monitoring }) {
  const t = useT();
  const sets = may(useSession(), "privacy.set_monitoring");
  const [adding, setAdding] = useState(false);
  const [ending, setEnding] = useState<MonitoringAgreement | null>(null);
  return (
    <section className="card stack" aria-labelledby="privacy-agreements">
      <div className="row-flex wrap">
        <h2 id="privacy-agreements" className="grow">
          {t("privacy.agreements")}
        </h2>
        {sets && (
          <Button tone="outline" icon="upload" onPress={() => setAdding(true)}>
            {t("privacy.add")}
          </Button>
        )}
      </div>
      {monitoring.agreements.length === 0 && <Empty icon="file" title={t("privacy.agreements_none")} />}
      <ul className="agreements">
        {monitoring.agreements.map((agreement) => (
          <li key={agreement.id}>
            <div className="grow">
              <strong>{agreement.title}</strong> <Standing agreement={agreement} />
              <p className="meta">{agreement.reference}</p>
              <p>{agreement.fields.map(fieldName).join(", ")}</p>
            </div>
            <a
              className="button button-outline"
              href={`/api/v1/privacy/monitoring/${agreement.id}/document`}
              aria-label={t("privacy.document_of", { title: agreement.title })}
              download
            >
              PDF
            </a>
            {sets && !over(agreement) && (
              <Button tone="outline" aria-label={t("privacy.end_of", { title: agreement.title })} onPress={() => setEnding(agreement)}>
                {t("privacy.end")}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {adding && <ConcludeDialog fields={monitoring.all_fields} onClose={() => setAdding(false)} />}
      {ending && <EndDialog agreement={ending} onClose={() => setEnding(null)} />}
    </section>
  );
}

function over({ valid_from: start, valid_to: end }: MonitoringAgreement): boolean {
  return end !== null && Date.parse(end) <= Math.max(Date.now(), Date.parse(start));
}

function Standing({ agreement }: { agreement: MonitoringAgreement }) {
  const t = useT();
  if (agreement.in_force) {
    return (
      <Pill tone="ok" icon="check">
        {t("privacy.in_force")}
      </Pill>
    );
  }
  // One that was ended before it began ends as it begins: it never holds.
  if (agreement.valid_to === agreement.valid_from) return <Pill>{t("privacy.withdrawn")}</Pill>;
  return <Pill>{over(agreement) ? t("privacy.over", { day: fullDay(agreement.valid_to!) }) : t("privacy.coming", { day: fullDay(agreement.valid_from) })}</Pill>;
}

function Whom({ look }: { look: Look }) {
  const person = useQuery({
    queryKey: ["operator", look.subject_id],
    queryFn: () => api.get<OperatorRef>(`/operators/${look.subject_id}`),
    enabled: look.subject_kind === "operator",
    staleTime: Infinity,
  });
  return person.data?.display_name ?? "–";
}
