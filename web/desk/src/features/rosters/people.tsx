import { useState, type FormEvent } from "react";
import { Link } from "@tanstack/react-router";
import { api } from "@/api/client";
import type { AgreedPerson, Contract, ImportAgreementsReport } from "@/api/types";
import { explain } from "@/api/words";
import { FailedOf } from "@/failed";
import { msg, useT } from "@/i18n";
import { decimal, fullDay, weekday } from "@/i18n/format";
import { Pill, Skeleton } from "@ui/bits";
import { Button } from "@ui/button";
import { Dialog } from "@ui/dialog";
import { Select, TextArea, TextField } from "@ui/field";
import { say } from "@ui/toast";
import { useAgain, useContracts, usePeople, useSeats } from "./api";
import { ContractForm } from "./contract";
import { bandName } from "./labels";
import "@ui/table.css";
import "./rosters.css";
import "./words";

const today = () => new Date().toISOString().slice(0, 10);

/** What is agreed: contracts, what holds for whom from which day, seats in the office. */
export function AgreementsPage() {
  const t = useT();
  const contracts = useContracts();
  const people = usePeople();
  const [person, setPerson] = useState<AgreedPerson>();
  return (
    <div className="page" data-region tabIndex={-1}>
      <header className="page-head">
        <h1>{t("roster.people_page")}</h1>
        <Link to="/rosters" className="button button-outline">
          {t("nav.rosters")}
        </Link>
      </header>
      {(contracts.isPending || people.isPending) && <Skeleton label={t("loading")} lines={6} />}
      <FailedOf all={[contracts, people]} />
      {contracts.data && people.data && (
        <div className="stack">
          <Contracts contracts={contracts.data} />
          <People people={people.data} contracts={contracts.data} onOpen={setPerson} />
          <BringIn />
          <Office />
        </div>
      )}
      {person && contracts.data && <AgreementForm key={person.operator_id} person={person} contracts={contracts.data} onClose={() => setPerson(undefined)} />}
    </div>
  );
}

function Contracts({ contracts }: { contracts: readonly Contract[] }) {
  const t = useT();
  const again = useAgain();
  const drop = async (contract: Contract) => {
    try {
      await api.delete(`/workforce/contracts/${contract.id}`);
    } catch (wrong) {
      say(explain(wrong));
    }
    await again();
  };
  const hours = (minutes: number) => decimal(minutes / 60, 0, 2);
  return (
    <section className="card stack" aria-labelledby="contracts">
      <h2 id="contracts">{t("roster.contracts")}</h2>
      {contracts.length === 0 && <p className="meta">{t("roster.no_contracts")}</p>}
      {contracts.length > 0 && (
        <div className="table-scroll" role="group" aria-label={t("roster.contracts")} tabIndex={0}>
          <table className="roster-words">
            <thead>
              <tr>
                <th scope="col">{t("roster.name")}</th>
                <th scope="col">{t("roster.shift_hours")}</th>
                <th scope="col">{t("roster.per_week")}</th>
                <th scope="col">{t("roster.bands")}</th>
                <th scope="col">{t("roster.elastic_bands")}</th>
                <th scope="col">{t("roster.split_days")}</th>
                <th scope="col" className="roster-number">{t("roster.people")}</th>
                <th scope="col">{t("roster.remove_contract")}</th>
              </tr>
            </thead>
            <tbody>
              {contracts.map(({ terms, ...one }) => (
                <tr key={one.id}>
                  <th scope="row">{one.name}</th>
                  <td className="num">{terms.shift_minutes.map(hours).join(", ")}</td>
                  <td className="num">
                    {terms.shifts_per_week != null && t("roster.n_shifts", { n: terms.shifts_per_week })}
                    {terms.weekly_minutes != null && t("roster.n_hours", { from: hours(terms.weekly_minutes[0]), to: hours(terms.weekly_minutes[1]) })}
                  </td>
                  <td className="num">{terms.bands.map(bandName).join(", ")}</td>
                  <td className="num">{(terms.elastic_bands ?? []).map(bandName).join(", ")}</td>
                  <td className="num">
                    {terms.split?.gap_minutes &&
                      t("roster.split_told", { from: hours(terms.split.gap_minutes[0]), to: hours(terms.split.gap_minutes[1]), n: terms.split.days_per_week ?? 0 })}
                  </td>
                  <td className="num roster-number">{one.people}</td>
                  <td>
                    {one.people === 0 && (
                      <Button tone="link" aria-label={t("roster.remove_one", { name: one.name })} onPress={() => void drop({ terms, ...one })}>
                        {t("roster.remove_contract")}
                      </Button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <details>
        <summary>{t("roster.new_contract")}</summary>
        <ContractForm />
      </details>
    </section>
  );
}

interface PeopleProps {
  people: readonly AgreedPerson[];
  contracts: readonly Contract[];
  onOpen: (person: AgreedPerson) => void;
}

const PAGE = 50;

function People({ people, contracts, onOpen }: PeopleProps) {
  const t = useT();
  const [words, setWords] = useState("");
  const [most, setMost] = useState(PAGE);
  const found = people.filter((one) => one.display_name.toLowerCase().includes(words.trim().toLowerCase()));
  const now = today();
  const without = people.filter((one) => !one.agreements.some((own) => own.contract_id)).length;
  return (
    <section className="card stack" aria-labelledby="agreed">
      <h2 id="agreed">{t("roster.agreed")}</h2>
      <div className="row-flex">
        <TextField label={t("roster.find")} type="search" value={words} onChange={(event) => setWords(event.target.value)} />
        {without > 0 && <Pill tone="warn">{t("roster.without", { n: without })}</Pill>}
      </div>
      <div className="table-scroll" role="group" aria-label={t("roster.agreed")} tabIndex={0}>
        <table className="roster-words">
          <thead>
            <tr>
              <th scope="col">{t("roster.person")}</th>
              <th scope="col">{t("roster.team")}</th>
              <th scope="col">{t("roster.contract")}</th>
              <th scope="col">{t("roster.since")}</th>
              <th scope="col" className="roster-number">{t("roster.office")}</th>
            </tr>
          </thead>
          <tbody>
            {found.slice(0, most).map((one) => {
              const holds = one.agreements.findLast((own) => own.from_day <= now) ?? one.agreements[0];
              return (
                <tr key={one.operator_id}>
                  <th scope="row">
                    <Button tone="link" onPress={() => onOpen(one)}>
                      {one.display_name}
                    </Button>
                  </th>
                  <td>{one.team}</td>
                  <td>
                    {contracts.find((own) => own.id === holds?.contract_id)?.name ?? t("roster.nothing")}
                    {holds?.elastic && ` · ${t("roster.elastic")}`}
                  </td>
                  <td className="num">{holds && fullDay(`${holds.from_day}T12:00`)}</td>
                  <td className="num roster-number">{holds?.office && `${holds.office[0]}–${holds.office[1]}`}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {found.length > most && <Button onPress={() => setMost(most + PAGE)}>{t("roster.more", { n: found.length - most })}</Button>}
    </section>
  );
}

interface AgreementFormProps {
  person: AgreedPerson;
  contracts: readonly Contract[];
  onClose: () => void;
}

const WEEK = [1, 2, 3, 4, 5, 6, 7];

function AgreementForm({ person, contracts, onClose }: AgreementFormProps) {
  const t = useT();
  const again = useAgain();
  const last = person.agreements.at(-1);
  const [from, setFrom] = useState(today());
  const [contract, setContract] = useState(last?.contract_id ?? contracts[0]?.id ?? "");
  const [elastic, setElastic] = useState(last?.elastic ?? false);
  const [free, setFree] = useState<readonly number[]>(last?.free_weekdays ?? []);
  const [office, setOffice] = useState(last?.office ? `${last.office[0]}-${last.office[1]}` : "");
  const [error, setError] = useState<string>();
  const agree = async (event: FormEvent) => {
    event.preventDefault();
    const days = office.match(/^\s*([0-7])\s*-\s*([0-7])\s*$/);
    if (office.trim() && !days) return setError(t("roster.office_wrong"));
    try {
      await api.put(`/workforce/agreements/${person.operator_id}/${from}`, {
        contract_id: contract || null,
        elastic,
        free_weekdays: free,
        office: days ? [Number(days[1]), Number(days[2])] : null,
        team_weekdays: last?.team_weekdays ?? [],
      });
      await again();
      onClose();
    } catch (wrong) {
      setError(explain(wrong));
    }
  };
  return (
    <Dialog title={person.display_name} open onClose={onClose}>
      <form className="stack" onSubmit={(event) => void agree(event)}>
        <TextField label={t("roster.since")} type="date" required value={from} onChange={(event) => setFrom(event.target.value)} />
        <Select label={t("roster.contract")} value={contract} onChange={(event) => setContract(event.target.value)}>
          {contracts.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
          <option value="">{t("roster.no_more")}</option>
        </Select>
        <label className="row-flex">
          <input type="checkbox" checked={elastic} onChange={(event) => setElastic(event.target.checked)} />
          {t("roster.elastic_signed")}
        </label>
        <fieldset className="roster-queues">
          <legend>{t("roster.free_weekdays")}</legend>
          {WEEK.map((day) => (
            <label key={day} className="row-flex">
              <input type="checkbox" checked={free.includes(day)} onChange={(event) => setFree(event.target.checked ? [...free, day] : free.filter((one) => one !== day))} />
              {weekday(day, "short")}
            </label>
          ))}
        </fieldset>
        <TextField label={t("roster.office_days")} hint={t("roster.office_hint")} value={office} error={error} onChange={(event) => setOffice(event.target.value)} />
        {person.agreements.length > 0 && (
          <ul className="roster-why" aria-label={t("roster.history")}>
            {person.agreements.map((one) => (
              <li key={one.from_day} className="num">
                {fullDay(`${one.from_day}T12:00`)}: {contracts.find((own) => own.id === one.contract_id)?.name ?? t("roster.no_more")}
              </li>
            ))}
          </ul>
        )}
        <div className="row-flex">
          <Button type="submit" tone="primary">
            {t("roster.agree")}
          </Button>
          <Button onPress={onClose}>{t("roster.close")}</Button>
        </div>
      </form>
    </Dialog>
  );
}

function BringIn() {
  const t = useT();
  const again = useAgain();
  const [text, setText] = useState("");
  const [report, setReport] = useState<ImportAgreementsReport>();
  const [error, setError] = useState<string>();
  const bring = async (dry_run: boolean) => {
    try {
      const separator = text.split("\n", 1)[0]!.includes(";") ? ";" : ",";
      setReport(await api.post<ImportAgreementsReport>("/workforce/agreements/import", { text, separator, dry_run }));
      setError(undefined);
    } catch (wrong) {
      setError(explain(wrong));
    }
    if (!dry_run) await again();
  };
  return (
    <details className="card">
      <summary>{t("roster.bring_in")}</summary>
      <div className="stack">
        <TextArea label={t("roster.table")} hint={t("roster.table_hint")} rows={6} value={text} error={error} onChange={(event) => setText(event.target.value)} />
        <div className="row-flex">
          <Button tone="outline" isDisabled={!text} onPress={() => void bring(true)}>
            {t("roster.try")}
          </Button>
          <Button tone="primary" isDisabled={!text} onPress={() => void bring(false)}>
            {t("roster.write")}
          </Button>
        </div>
        {report && (
          <div role="status">
            <p>{report.written ? t("roster.written", { n: report.rows }) : t("roster.read", { n: report.rows })}</p>
            <ul className="roster-why">
              {report.faults.map((one) => (
                <li key={`${one.row}${one.what}`} className="field-error">
                  {one.row !== null && `${t("roster.row", { n: one.row })}: `}
                  {one.code && faults[one.code] ? t(faults[one.code]!, one.fields) : <span lang="en">{one.what}</span>}
                </li>
              ))}
            </ul>
          </div>
        )}
      </div>
    </details>
  );
}

/** What is wrong in a row, in the reader's words; a code that is not here is told in English. */
const faults: Record<string, string> = {
  cells: msg("roster.fault.cells"),
  no_column: msg("roster.fault.no_column"),
  no_contract: msg("roster.fault.no_contract"),
  no_day: msg("roster.fault.no_day"),
  no_operator: msg("roster.fault.no_operator"),
  no_row: msg("roster.fault.no_row"),
  no_truth: msg("roster.fault.no_truth"),
  not_csv: msg("roster.fault.not_csv"),
  office: msg("roster.fault.office"),
  several_operators: msg("roster.fault.several_operators"),
  twice: msg("roster.fault.twice"),
  weekdays: msg("roster.fault.weekdays"),
};

function Office() {
  const t = useT();
  const again = useAgain();
  const seats = useSeats();
  const [from, setFrom] = useState(today());
  const [count, setCount] = useState("");
  const write = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await api.put(`/workforce/office/${from}`, { seats: count === "" ? null : Number(count) });
    } catch (wrong) {
      say(explain(wrong));
    }
    await again();
  };
  return (
    <section className="card stack" aria-labelledby="seats">
      <h2 id="seats">{t("roster.seats")}</h2>
      <ul className="roster-why">
        {(seats.data ?? []).map((one) => (
          <li key={one.from_day} className="num">
            {fullDay(`${one.from_day}T12:00`)}: {one.seats ?? t("roster.no_limit")}
          </li>
        ))}
      </ul>
      <form className="roster-form" onSubmit={(event) => void write(event)}>
        <TextField label={t("roster.since")} type="date" required value={from} onChange={(event) => setFrom(event.target.value)} />
        <TextField label={t("roster.seats")} type="number" min={0} max={100_000} value={count} onChange={(event) => setCount(event.target.value)} />
        <Button type="submit" tone="outline">
          {t("roster.save")}
        </Button>
      </form>
    </section>
  );
}
