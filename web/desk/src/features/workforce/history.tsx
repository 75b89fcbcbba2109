import { useState, type ChangeEvent } from "react";
import { api } from "@/api/client";
import type { ImportHistoryReport } from "@/api/types";
import { explain } from "@/api/words";
import { msg, useT } from "@/i18n";
import { day as shortDay, longDay } from "@/i18n/format";
import { useAllQueues } from "@/reference";
import { textOfTable } from "@/table-file";
import { Pill } from "@ui/bits";
import { Button } from "@ui/button";
import { Select } from "@ui/field";
import { useAgain } from "./api";
import { Sections } from "./sections";
import "./workforce.css";
import "./words";

const fields = ["interval_start", "calls", "handled", "abandoned", "aht_s"] as const;
type Field = (typeof fields)[number];
const needed: readonly Field[] = ["interval_start", "calls"];
const separators = [",", ";", "\t"] as const;
const SHOWN = 50;

interface Table {
  name: string;
  text: string;
  separator: string;
  heading: string[];
}

/** The separator that cuts a heading into most columns, and its columns. */
function read(name: string, text: string): Table {
  const first = text.split(/\r?\n/, 1)[0] ?? "";
  const separator = [...separators].sort((a, b) => first.split(b).length - first.split(a).length)[0]!;
  const heading = first.split(separator).map((one) => one.trim().replace(/^"|"$/g, ""));
  return { name, text, separator, heading };
}

/** Brings in what came before: which column is what, a trial with every wrong row, then all or nothing. */
export function HistoryPage() {
  const t = useT();
  const again = useAgain();
  const queues = useAllQueues();
  const [queue, setQueue] = useState("");
  const [table, setTable] = useState<Table>();
  const [columns, setColumns] = useState<Partial<Record<Field, string>>>({});
  const [report, setReport] = useState<ImportHistoryReport>();
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const chosen = queue || queues.data?.[0]?.id;
  const choose = async (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0];
    if (!file) return;
    const found = read(file.name, await textOfTable(file));
    setTable(found);
    // What has our name already needs no choice.
    setColumns(Object.fromEntries(fields.filter((one) => found.heading.includes(one)).map((one) => [one, one])));
    setReport(undefined);
    setError(undefined);
  };
  const send = async (trial: boolean) => {
    setBusy(true);
    try {
      const told = Object.fromEntries(Object.entries(columns).filter(([, name]) => name));
      const body = { queue_id: chosen, text: table!.text, separator: table!.separator, columns: told, dry_run: trial };
      setReport(await api.post<ImportHistoryReport>("/workforce/history/import", body, { timeoutMs: 120_000 }));
      setError(undefined);
      if (!trial) await again();
    } catch (wrong) {
      setError(explain(wrong));
    }
    setBusy(false);
  };
  const words: Record<Field, string> = {
    interval_start: t("came.interval_start"),
    calls: t("came.calls"),
    handled: t("came.handled"),
    abandoned: t("came.abandoned"),
    aht_s: t("came.aht_s"),
  };
  const ready = needed.every((one) => columns[one]);
  return (
    <div className="page" data-region tabIndex={-1}>
      <header className="page-head">
        <h1>{t("came.title")}</h1>
        <Sections />
      </header>
      <section className="card stack plan-card" aria-labelledby="history-table">
        <h2 id="history-table">{t("came.table")}</h2>
        <p className="meta">{t("came.why")}</p>
        <div className="plan-form">
          <Select label={t("plan.queue")} value={chosen} onChange={(event) => setQueue(event.target.value)}>
            {(queues.data ?? []).map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </Select>
          <label className="stack">
            {t("came.file")}
            <input type="file" accept=".csv,text/csv,text/plain" onChange={(event) => void choose(event)} />
          </label>
        </div>
        {table && (
          <fieldset className="plan-form">
            <legend>{t("came.columns", { file: table.name })}</legend>
            {fields.map((field) => (
              <Select
                key={field}
                label={words[field]}
                required={needed.includes(field)}
                value={columns[field] ?? ""}
                onChange={(event) => {
                  setColumns({ ...columns, [field]: event.target.value });
                  setReport(undefined);
                }}
              >
                <option value="">{t("came.no_column")}</option>
                {table.heading.map((name) => (
                  <option key={name} value={name}>
                    {name}
                  </option>
                ))}
              </Select>
            ))}
          </fieldset>
        )}
        {table && (
          <div className="row-flex wrap">
            <Button tone="outline" isDisabled={!ready || busy} onPress={() => void send(true)}>
              {t("came.try")}
            </Button>
            <Button tone="primary" isDisabled={!report || report.written || report.faults.length > 0 || busy} onPress={() => void send(false)}>
              {t("came.write")}
            </Button>
          </div>
        )}
        {error && (
          <p className="field-error" role="alert">
            {error}
          </p>
        )}
        {report && <Report report={report} />}
      </section>
    </div>
  );
}

/** What is wrong in a row, in the reader's words; a code that is not here is told in English. */
const faults: Record<string, string> = {
  cells: msg("came.fault.cells"),
  column_twice: msg("came.fault.column_twice"),
  empty: msg("came.fault.empty"),
  grid: msg("came.fault.grid"),
  more: msg("came.fault.more"),
  never: msg("came.fault.never"),
  no_column: msg("came.fault.no_column"),
  no_number: msg("came.fault.no_number"),
  no_time: msg("came.fault.no_time"),
  not_csv: msg("came.fault.not_csv"),
  not_utf8: msg("came.fault.not_utf8"),
  offsets: msg("came.fault.offsets"),
  one_interval: msg("came.fault.one_interval"),
  order: msg("came.fault.order"),
  separator: msg("came.fault.separator"),
  step: msg("came.fault.step"),
  twice: msg("came.fault.twice"),
  whole_minute: msg("came.fault.whole_minute"),
  zero_byte: msg("came.fault.zero_byte"),
};

/** What is worth knowing of a table that is not wrong. */
const notes: Record<string, string> = {
  byte_order: msg("came.note.byte_order"),
  crlf: msg("came.note.crlf"),
  holes: msg("came.note.holes"),
  in_the_log: msg("came.note.in_the_log"),
  jumped: msg("came.note.jumped"),
};

const withDay = (fields: Record<string, string> = {}) => (fields.day ? { ...fields, day: longDay(`${fields.day}T12:00`) } : fields);

function Report({ report }: { report: ImportHistoryReport }) {
  const t = useT();
  const good = report.faults.length === 0;
  return (
    <div className="stack" role="status">
      <p className="row-flex wrap">
        <Pill tone={good ? "ok" : "bad"} icon={good ? "check" : "triangle-alert"}>
          {report.written ? t("came.written") : good ? t("came.good") : t("came.wrong", { n: report.faults.length })}
        </Pill>
        {report.first && report.last && (
          <span className="num">
            {t("came.told", { rows: report.rows, calls: Math.round(report.calls), from: shortDay(report.first), to: shortDay(report.last), minutes: report.minutes })}
          </span>
        )}
      </p>
      {report.faults.length > 0 && (
        <ul className="plan-notes" aria-label={t("came.faults")}>
          {report.faults.slice(0, SHOWN).map((fault, at) => (
            <li key={at}>
              {fault.row !== null && <strong>{t("came.row", { n: fault.row })} </strong>}
              {fault.code && faults[fault.code] ? t(faults[fault.code]!, fault.fields) : <span lang="en">{fault.what}</span>}
            </li>
          ))}
        </ul>
      )}
      {report.notes.map((note, at) => (
        <p key={at} className="meta">
          {notes[note.code ?? ""] ? t(notes[note.code!]!, withDay(note.fields)) : <span lang="en">{note.what}</span>}
        </p>
      ))}
    </div>
  );
}
