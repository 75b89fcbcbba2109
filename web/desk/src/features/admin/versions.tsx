import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/client";
import type { ConfigChange, ConfigVersion, Page, Restored } from "@/api/types";
import { Failed } from "@/failed";
import { msg, useT } from "@/i18n";
import { moment } from "@/i18n/format";
import { useLive } from "@/live/react";
import { may, useSession } from "@/session";
import { Empty, Pill, Skeleton } from "@ui/bits";
import { Button } from "@ui/button";
import { Dialog } from "@ui/dialog";
import { Select, TextField } from "@ui/field";
import { say } from "@ui/toast";
import { Changes } from "./diff";
import { Publications } from "./publications";
import { refresh } from "./refs";
import { reason } from "./refusals";

/** What the ledger keeps, in words. */
export const kindNames: Record<string, string> = {
  client: msg("admin.kind.client"),
  calendar: msg("admin.kind.calendar"),
  queue: msg("admin.kind.queue"),
  channel: msg("admin.kind.channel"),
  operator: msg("admin.kind.operator"),
  skill: msg("admin.kind.skill"),
  team: msg("admin.kind.team"),
  canned: msg("admin.kind.canned"),
  reason: msg("admin.kind.reason"),
  setting: msg("admin.kind.setting"),
  token: msg("admin.kind.token"),
  webhook: msg("admin.kind.webhook"),
};

/** Every change of the configuration, the newest first, with what waits above it. */
export function Versions() {
  const t = useT();
  const search = useSearch({ from: "/desk/admin" });
  const navigate = useNavigate();
  const [back, setBack] = useState<ConfigVersion | null>(null);
  const asked = { kind: search.kind, thing: search.thing };
  const list = useInfiniteQuery({
    queryKey: ["admin", "/configuration/versions", asked],
    queryFn: ({ pageParam, signal }) => api.get<Page<ConfigVersion>>("/configuration/versions", { query: { ...asked, cursor: pageParam }, signal }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  const versions = list.data?.pages.flatMap((page) => page.items) ?? [];
  const choose = (kind: string | undefined) =>
    void navigate({ to: "/admin/$section", params: { section: "versions" }, search: { kind }, replace: true });
  return (
    <>
      <header className="page-head">
        <h1>{t("admin.versions")}</h1>
      </header>
      <p className="meta">{t("admin.versions.about")}</p>
      <Publications />
      <form className="filters" role="search" onSubmit={(event) => event.preventDefault()}>
        <Select label={t("admin.versions.kind")} value={search.kind ?? ""} onChange={(event) => choose(event.target.value || undefined)}>
          <option value="">{t("admin.versions.every")}</option>
          {Object.entries(kindNames).map(([kind, name]) => (
            <option key={kind} value={kind}>
              {t(name)}
            </option>
          ))}
        </Select>
        {search.thing && (
          <Button icon="x" onPress={() => choose(search.kind)}>
            {t("admin.versions.one", { name: nameOf(versions, search.thing) })}
          </Button>
        )}
      </form>
      {list.isPending && <Skeleton label={t("loading")} lines={6} />}
      {list.error && <Failed error={list.error} retry={list.refetch} />}
      {list.data && versions.length === 0 && <Empty icon="history" title={t("admin.versions.empty")} />}
      <ol className="stack admin-versions">
        {versions.map((version, at) => (
          <OneVersion key={version.id} version={version} newest={at === 0} onBack={() => setBack(version)} />
        ))}
      </ol>
      {list.hasNextPage && (
        <Button tone="outline" isDisabled={list.isFetchingNextPage} onPress={() => void list.fetchNextPage()}>
          {t("conversations.more")}
        </Button>
      )}
      {back && <GoBack version={back} kind={search.kind} thing={search.thing} onClose={() => setBack(null)} />}
    </>
  );
}

const nameOf = (versions: ConfigVersion[], thing: string) =>
  versions.flatMap(({ changes }) => changes).find((change) => change.thing === thing)?.name ?? "";

function OneVersion({ version, newest, onBack }: { version: ConfigVersion; newest: boolean; onBack: () => void }) {
  const t = useT();
  const session = useSession();
  const { engine } = useLive();
  const who = version.by_kind === "system" ? t("admin.versions.system") : version.by_name;
  const id = `version-${version.id}`;
  const whole = useQuery({
    queryKey: ["admin", "/configuration/versions", version.id],
    queryFn: ({ signal }) => api.get<ConfigVersion>(`/configuration/versions/${version.id}`, { signal }),
    enabled: false,
  });
  const changes = whole.data?.changes ?? version.changes;
  return (
    <li className="card stack admin-version" aria-labelledby={id}>
      <div className="row-flex wrap">
        <h2 id={id} className="num">
          {t("admin.versions.number", { n: version.id })}
        </h2>
        <span className="grow">
          {who} · <time dateTime={version.at}>{moment(version.at, engine.serverNow())}</time>
        </span>
        {version.restores !== null && <Pill tone="info" icon="history">{t("admin.versions.restores", { n: version.restores })}</Pill>}
        {version.publication_id && <Pill tone="info" icon="clock">{t("admin.versions.published")}</Pill>}
        {!newest && may(session, "configuration.publish") && (
          <Button tone="outline" icon="undo-2" aria-label={t("admin.versions.back_here", { n: version.id })} onPress={onBack}>
            {t("admin.versions.back")}
          </Button>
        )}
      </div>
      {version.why && <p>{t("admin.versions.why", { why: version.why })}</p>}
      <Changes changes={changes} />
      {changes.length < version.things && (
        <Button onPress={() => void whole.refetch()}>{t("admin.versions.all", { n: version.things })}</Button>
      )}
    </li>
  );
}

interface GoBackProps {
  version: ConfigVersion;
  kind: string | undefined;
  thing: string | undefined;
  onClose: () => void;
}

/** What would change is shown before it does. */
function GoBack({ version, kind, thing, onClose }: GoBackProps) {
  const t = useT();
  const queries = useQueryClient();
  const [why, setWhy] = useState("");
  const [refused, setRefused] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const url = `/configuration/versions/${version.id}/restore`;
  const only = thing ? { kind, thing } : kind ? { kind } : {};
  const look = useQuery({
    queryKey: ["admin", url, only],
    queryFn: ({ signal }) => api.post<Restored>(url, { ...only, dry_run: true }, { signal }),
    gcTime: 0,
  });
  const steps: ConfigChange[] = look.data?.changes ?? [];
  const go = async () => {
    setBusy(true);
    try {
      await api.post<Restored>(url, { ...only, why });
      await refresh(queries);
      say(t("admin.versions.gone_back", { n: version.id }));
      onClose();
    } catch (error) {
      setRefused(reason(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title={t("admin.versions.back_to", { n: version.id })} open onClose={onClose}>
      <div className="dialog-body stack">
        {look.isPending && <Skeleton label={t("loading")} lines={3} />}
        {look.error && <p className="field-error">{reason(look.error)}</p>}
        {look.data && <p>{t("admin.versions.will", { n: steps.length })}</p>}
        <Changes changes={steps} />
        {steps.length > 0 && (
          <TextField label={t("admin.why")} hint={t("admin.why.hint")} maxLength={500} autoComplete="off" value={why} onChange={(event) => setWhy(event.target.value)} />
        )}
        <p role="alert" className="field-error">
          {refused}
        </p>
      </div>
      <div className="dialog-foot">
        <Button onPress={onClose}>{t("cancel")}</Button>
        <Button tone="primary" isDisabled={busy || steps.length === 0} onPress={() => void go()}>
          {t("admin.versions.back")}
        </Button>
      </div>
    </Dialog>
  );
}

/** The way from a form to the versions of its thing. */
export function HistoryLink({ kind, thing }: { kind: string; thing: string }) {
  const t = useT();
  return (
    <Link to="/admin/$section" params={{ section: "versions" }} search={{ kind, thing }} className="button">
      {t("admin.versions")}
    </Link>
  );
}
