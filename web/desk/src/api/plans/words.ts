/** Why a plan cannot be as it was asked for, in words: the server names the reason in a sentence of its own. */
import { alsoSpeak, msg, t } from "@/i18n";
import { alsoExplain } from "../words";

await alsoSpeak({ it: () => import("./it.po"), en: () => import("./en.po") });

const sentences: Record<string, string> = {
  "Nobody knows how long the work takes.": msg("bad_plan.aht"),
  "Nobody knows how long the work takes: give `aht_s`.": msg("bad_plan.aht_needed"),
  "You have asked something of this day already.": msg("bad_plan.asked_already"),
  "There is no such operator.": msg("bad_plan.away"),
  "This shift has begun.": msg("bad_plan.begun"),
  "Breaks are laid into shifts of quarters of an hour, 13 hours at most.": msg("bad_plan.breaks"),
  "A break is moved within what is left of the day.": msg("bad_plan.break_later"),
  "A break moves out of half an hour.": msg("bad_plan.break_span"),
  "Too many changes by hand: ask for a new forecast.": msg("bad_plan.changes"),
  "What came is still being worked out: ask again.": msg("bad_plan.counting"),
  "This day has begun, or is over.": msg("bad_plan.day_over"),
  "Groups are shown of days that are over.": msg("bad_plan.days_over"),
  "The forecast does not speak of this day.": msg("bad_plan.forecast_day"),
  "Publish a forecast of this queue first, or tell by hand what it takes.": msg("bad_plan.forecast_first"),
  "No published forecast speaks of the day.": msg("bad_plan.forecast_none"),
  "This queue has no such forecast.": msg("bad_plan.forecast_other"),
  "The forecast has no interval in this stretch of time.": msg("bad_plan.forecast_stretch"),
  "What is done about a day lies in what is left of it.": msg("bad_plan.from_left"),
  "Nobody is there to help.": msg("bad_plan.help"),
  "The last month is shown.": msg("bad_plan.last_month"),
  "Nothing of the day is left.": msg("bad_plan.left"),
  "Not so many have a break to move.": msg("bad_plan.many_breaks"),
  "Not so many can come over.": msg("bad_plan.many_come"),
  "Not so many are there to come over.": msg("bad_plan.many_over"),
  "So many shifts are not a day.": msg("bad_plan.many_shifts"),
  "So many will not be told.": msg("bad_plan.many_told"),
  "Not so many are there.": msg("bad_plan.many_there"),
  "The weeks of a roster begin on a Monday.": msg("bad_plan.monday"),
  "The days of a month back and ahead are shown.": msg("bad_plan.month_around"),
  "Another contract has this name.": msg("bad_plan.name_taken"),
  "A roster has at least a day and at most nine weeks.": msg("bad_plan.nine_weeks"),
  "Nobody who can work in these queues has a contract on these days.": msg("bad_plan.no_contract"),
  "No such day.": msg("bad_plan.no_day"),
  "It can be offered to nobody within the rules.": msg("bad_plan.nobody_offered"),
  "Nobody is rostered for the rest of the day.": msg("bad_plan.nobody_rostered"),
  "Nobody who waits here can be told anything.": msg("bad_plan.nobody_told"),
  "It is not a day of the roster.": msg("bad_plan.not_on_roster"),
  "The least is more than the most.": msg("bad_plan.office"),
  "Whom you ask does not work on this day.": msg("bad_plan.other_off"),
  "A queue overflows into another of the same client and channel.": msg("bad_plan.overflow"),
  "A period has zoned moments, at least one and at most a year.": msg("bad_plan.period"),
  "This shift cannot be: it does not begin on its day.": msg("bad_plan.shift.begins"),
  "This shift cannot be: it is not on a day of the roster.": msg("bad_plan.shift.day"),
  "This shift cannot be: a shift ends after it begins, and within 13 hours.": msg("bad_plan.shift.ends"),
  "This shift cannot be: its parts do not fill it.": msg("bad_plan.shift.parts"),
  "A swap is answered by whom it is asked of.": msg("bad_plan.swap_other"),
  "Ask for three months at most.": msg("bad_plan.three_months"),
  "Too few people work then to be counted.": msg("bad_plan.too_few"),
  "Nobody works two shifts at once.": msg("bad_plan.twice"),
  "Ask for two years at most.": msg("bad_plan.two_years"),
  "You do not work on this day.": msg("bad_plan.you_off"),
};
const ofQueue = /^The forecast of (.+) does not speak of these days\.$/;

/** The words for the reason of a refused plan; none for a reason that is not known here. */
export function reasonOf(detail: string): string | undefined {
  const queue = ofQueue.exec(detail)?.[1];
  if (queue) return t("bad_plan.forecast_days", { queue });
  const id = sentences[detail];
  return id ? t(id) : undefined;
}

alsoExplain("workforce.bad_plan", (problem) => reasonOf(problem.detail ?? ""));
