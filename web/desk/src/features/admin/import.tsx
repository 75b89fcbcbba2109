import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import type { ImportReport, ImportRow } from "@/api/types";
import { msg, useT } from "@/i18n";
import { textOfTable } from "@/table-file";
import { Pill, type Tone } from "@ui/bits";
import { Button } from "@ui/button";
import { TextArea } from "@ui/field";
import { say } from "@ui/toast";
import { refresh } from "./refs";
import { reason } from "./refusals";

const outcomes: Record<ImportRow["outcome"], { label: string; tone: Tone }> = {
  added: { label: msg("admin.import.added"), tone: "ok" },
  changed: { label: msg("admin.import.changed"), tone: "info" },
  unchanged: { label: msg("admin.import.unchanged"), tone: "plain" },
  refused: { label: msg("admin.import.refused"), tone: "bad" },
};

const wrongs: Record<string, string> = {
  required: msg("admin.import.required"),
  bad_email: msg("admin.error.bad_email"),
  twice: msg("admin.import.twice"),
  unknown_role: msg("admin.import.unknown_role"),
  unknown_client: msg("admin.import.unknown_client"),
  unknown_team: msg("admin.import.unknown_team"),
  unknown_skill: msg("admin.import.unknown_skill"),
  bad_skill: msg("admin.import.bad_skill"),
  bad_language: msg("admin.import.bad_language"),
  bad_place: msg("admin.import.bad_place"),
  bad_country: msg("admin.import.bad_country"),
  bad_cells: msg("admin.import.bad_cells"),
  unknown_column: msg("admin.import.unknown_column"),
  no_column: msg("admin.import.no_column"),
  client_unnamed: msg("admin.error.client_unnamed"),
  too_long: msg("admin.import.too_long"),
  takes_admin: msg("admin.import.takes_admin"),
  disabled: msg("admin.import.disabled"),
};

const columns: Record<string, string> = {
  email: msg("admin.email"),
  name: msg("admin.name"),
  roles: msg("admin.roles"),
  clients: msg("admin.clients"),
  team: msg("admin.team"),
  skills: msg("admin.skills"),
  languages: msg("admin.languages"),
  place: msg("admin.place"),
  country: msg("admin.country"),
};

/** People from a table: first tried without writing anything, then all of them or none. */
export function Import() {
  const t = useT();
  const queries = useQueryClient();
  const [text, setText] = useState("");
  const [report, setReport] = useState<ImportReport | null>(null);
  const [told, setTold] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const send = async (dryRun: boolean) => {
    setBusy(true);
    try {
      const answer = await api.post<ImportReport>("/people/import", { text, dry_run: dryRun }, { timeoutMs: 120_000 });
      setReport(answer);
      setTold(null);
      if (answer.written) {
        say(t("admin.import.done", { n: answer.added + answer.changed }));
        await refresh(queries);
      }
    } catch (error) {
      setTold(reason(error));
    } finally {
      setBusy(false);
    }
  };
  const typed = (next: string) => {
    setText(next);
    setReport(null);
  };
  const choose = async (file: File | undefined) => {
    if (file) typed(await textOfTable(file));
  };
  const sound = report !== null && report.refused === 0 && report.rows.length > 0;
  return (
    <>
      <header className="page-head">
        <h1>{t("admin.import")}</h1>
      </header>
      <div className="card stack admin-form">
        <p>{t("admin.import.about")}</p>
        <label className="field">
          <span className="label">{t("admin.import.file")}</span>
          <input type="file" accept=".csv,text/csv,text/plain" onChange={(event) => void choose(event.target.files?.[0])} />
        </label>
        <TextArea label={t("admin.import.text")} hint={t("admin.import.columns")} rows={8} spellCheck={false} value={text} onChange={(event) => typed(event.target.value)} />
        <p role="alert" className="field-error">
          {told}
        </p>
        <div className="row-flex wrap end">
          <Button tone={sound ? "outline" : "primary"} isDisabled={busy || !text.trim()} onPress={() => void send(true)}>
            {t("admin.import.try")}
          </Button>
          <Button tone={sound ? "primary" : "outline"} isDisabled={busy || !sound || report.written} onPress={() => void send(false)}>
            {t("admin.import.write")}
          </Button>
        </div>
      </div>
      {report && <Report report={report} />}
    </>
  );
}

function Report({ report }: { report: ImportReport }) {
  const t = useT();
  const { added, changed, unchanged, refused, written } = report;
  return (
    <section aria-labelledby="admin-report" className="stack">
      <h2 id="admin-report">{written ? t("admin.import.written") : t("admin.import.tried")}</h2>
      <p role="status">{t("admin.import.sum", { added, changed, unchanged, refused })}</p>
      <div className="card table-scroll conversations" role="group" aria-label={t("admin.import")} tabIndex={-1}>
        <table>
          <caption className="hidden-visually">{t("admin.import")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("admin.import.line")}</th>
              <th scope="col">{t("admin.email")}</th>
              <th scope="col">{t("admin.name")}</th>
              <th scope="col">{t("admin.import.outcome")}</th>
              <th scope="col">{t("admin.import.why")}</th>
            </tr>
          </thead>
          <tbody>
            {report.rows.map((row) => (
              <tr key={row.line}>
                <th scope="row">{row.line}</th>
                <td>{row.email}</td>
                <td>{row.name}</td>
                <td>
                  <Pill tone={outcomes[row.outcome].tone}>{t(outcomes[row.outcome].label)}</Pill>
                </td>
                <td>
                  {row.errors
                    .map(({ column, code, value }) => `${columns[column] ? t(columns[column]) : column}: ${wrongs[code] ? t(wrongs[code]) : code}${value ? ` (${value})` : ""}`)
                    .join("; ")}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
