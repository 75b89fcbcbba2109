import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Page, Publication } from "@/api/types";
import { msg, t as now, useT } from "@/i18n";
import { moment } from "@/i18n/format";
import { useLive } from "@/live/react";
import { may, useSession } from "@/session";
import { Pill, type Tone } from "@ui/bits";
import { Button } from "@ui/button";
import { say } from "@ui/toast";
import { reason, refusalOf } from "./refusals";
import { kindNames } from "./versions";
import { kindAt } from "./via";

const states: Record<Publication["state"], [string, Tone]> = {
  scheduled: [msg("admin.publication.scheduled"), "info"],
  published: [msg("admin.publication.published"), "ok"],
  refused: [msg("admin.publication.refused"), "bad"],
  withdrawn: [msg("admin.publication.withdrawn"), "plain"],
};
const DECIDED_SHOWN = 5;

/** What waits for its moment, and what became of the last ones. */
export function Publications() {
  const t = useT();
  const list = useQuery({
    queryKey: ["admin", "/configuration/publications"],
    queryFn: ({ signal }) => api.get<Page<Publication>>("/configuration/publications", { signal }),
    refetchInterval: 30_000,
  });
  const waiting = list.data?.items.filter(({ state }) => state === "scheduled") ?? [];
  const decided = list.data?.items.filter(({ state }) => state !== "scheduled").slice(0, DECIDED_SHOWN) ?? [];
  if (waiting.length + decided.length === 0) return null;
  return (
    <section className="card stack admin-publications" aria-labelledby="publications">
      <h2 id="publications">{t("admin.publications")}</h2>
      <ul className="stack admin-diff">
        {[...waiting, ...decided].map((publication) => (
          <One key={publication.id} publication={publication} />
        ))}
      </ul>
    </section>
  );
}

function One({ publication }: { publication: Publication }) {
  const t = useT();
  const session = useSession();
  const queries = useQueryClient();
  const { engine } = useLive();
  const [word, tone] = states[publication.state];
  const withdraw = async () => {
    try {
      await api.delete(`/configuration/publications/${publication.id}`);
      say(t("admin.publication.withdrawn_now"));
    } catch (error) {
      say(reason(error));
    }
    await queries.invalidateQueries({ queryKey: ["admin", "/configuration/publications"] });
  };
  return (
    <li className="stack">
      <p className="row-flex wrap">
        <Pill tone={tone}>{t(word)}</Pill>
        <time dateTime={publication.due_at}>{moment(publication.due_at, engine.serverNow())}</time>
        <span className="grow">
          {t("admin.publication.what", { what: [...new Set(publication.requests.map(whatIn))].join(", "), who: publication.by_name, why: publication.why })}
        </span>
        {publication.state === "scheduled" && may(session, "configuration.publish") && (
          <Button tone="outline" aria-label={t("admin.publication.withdraw_of", { why: publication.why })} onPress={() => void withdraw()}>
            {t("admin.publication.withdraw")}
          </Button>
        )}
      </p>
      {publication.refusal && <p className="field-error">{refusalOf(publication.refusal)}</p>}
    </li>
  );
}

/** The kind of thing that a request is about, in words. */
function whatIn(request: Record<string, unknown>): string {
  const kind = kindAt(`/${String(request.path).split("/")[1]}`);
  return kind ? now(kindNames[kind]!) : String(request.path);
}
