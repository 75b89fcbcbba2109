/** What the metric dictionary's formulas are called: a share without its formula says nothing. */
import { msg, t } from "@/i18n";

const names: Record<string, string> = {
  sl_strict: msg("formula.sl_strict"),
  sl_excl_thr: msg("formula.sl_excl_thr"),
  sl_excl_short: msg("formula.sl_excl_short"),
  sl_credit: msg("formula.sl_credit"),
  sl_answered: msg("formula.sl_answered"),
  arera_ls: msg("formula.arera_ls"),
  agcom_20s: msg("formula.agcom_20s"),
  agcom_wait: msg("formula.agcom_wait"),
  asa: msg("formula.asa"),
  abandon_rate: msg("formula.abandon_rate"),
  silent_abandon: msg("formula.silent_abandon"),
  aht: msg("formula.aht"),
  occupancy: msg("formula.occupancy"),
  frt: msg("formula.frt"),
  nrt: msg("formula.nrt"),
  ttr: msg("formula.ttr"),
  transfer_rate: msg("formula.transfer_rate"),
  ttr_business: msg("formula.ttr_business"),
  reopen: msg("formula.reopen"),
  backlog_age: msg("formula.backlog_age"),
  csat: msg("formula.csat"),
};

/** A formula's name, from its id or "id@version". */
export function formulaName(id: string): string {
  const [name = id] = id.split("@");
  const words = names[name];
  return words ? t(words) : name;
}

/** A formula's id and version as the dictionary has them, for whoever looks closer. */
export function formulaCode(id: string): string {
  const [name = id, version] = id.split("@");
  return version ? `${name} v${version}` : name;
}
