/** Times, durations and shares the way the reader's language writes them. */
import { locale, locales, t } from "./index";

/** One of a kind for each language: to make a format costs far more than to use it. */
function kept<Format>(make: (language: string) => Format, formats: Map<string, Format>, key: string): Format {
  const id = `${locale()}/${key}`;
  let format = formats.get(id);
  if (!format) formats.set(id, (format = make(locale() === "en" ? "en-GB" : locale())));
  return format;
}

const ofDates = new Map<string, Intl.DateTimeFormat>();

function dates(key: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return kept((language) => new Intl.DateTimeFormat(language, options), ofDates, key);
}

const ofNumbers = new Map<string, Intl.NumberFormat>();

/** A number with no fewer and no more decimals than told: 31.04 with one each is 31,0 in Italian. */
export function decimal(n: number, least: number, most: number): string {
  const options = { minimumFractionDigits: least, maximumFractionDigits: most };
  return kept((language) => new Intl.NumberFormat(language, options), ofNumbers, `${least}-${most}`).format(n);
}

export function clock(iso: string): string {
  return dates("clock", { hour: "2-digit", minute: "2-digit" }).format(new Date(iso));
}

export function day(iso: string): string {
  return dates("day", { day: "2-digit", month: "2-digit" }).format(new Date(iso));
}

/** A day of any year, for what holds for long. */
export function fullDay(iso: string): string {
  return dates("full", { day: "2-digit", month: "2-digit", year: "numeric" }).format(new Date(iso));
}

export function longDay(iso: string): string {
  return dates("long", { weekday: "long", day: "numeric", month: "long" }).format(new Date(iso));
}

/** A moment's day where the reader is, as routes take it: 2026-11-29. */
export function isoDay(at: number): string {
  // Swedes write dates so.
  return new Date(at).toLocaleDateString("sv-SE");
}

/** The name of a day of the week: 1 is Monday. */
export function weekday(day: number, how: "long" | "short"): string {
  // The first of January 2024 was a Monday.
  return dates(`weekday-${how}`, { weekday: how, timeZone: "UTC" }).format(Date.UTC(2024, 0, day));
}

/** The hour today, else day and hour. */
export function moment(iso: string, now: number): string {
  const same = new Date(iso).toDateString() === new Date(now).toDateString();
  return same ? clock(iso) : `${day(iso)} ${clock(iso)}`;
}

/** 75 s -> 1:15, 3720 s -> 1:02:00. */
export function stopwatch(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  const pad = (n: number) => String(n).padStart(2, "0");
  const head = s >= 3600 ? `${Math.floor(s / 3600)}:${pad(Math.floor((s % 3600) / 60))}` : `${Math.floor(s / 60)}`;
  return `${head}:${pad(s % 60)}`;
}

/** Short time left or lost, in the largest unit that fits: 4′, 3 h, 2 g; lost time has a minus. */
export function span(ms: number): string {
  const minutes = Math.trunc(ms / 60_000);
  const size = Math.abs(minutes);
  const sign = ms < 0 && size > 0 ? "−" : "";
  if (size < 60) return `${sign}${size}′`;
  if (size < 60 * 36) return `${sign}${Math.round(size / 60)} h`;
  return t("span.days", { sign, n: Math.round(size / 1440) });
}

/** A part of a whole in hundredths, as the language writes them: with at most so many decimals. */
export function percent(value: number, most: number): string {
  const options = { style: "percent" as const, maximumFractionDigits: most };
  return kept((language) => new Intl.NumberFormat(language, options), ofNumbers, `percent-${most}`).format(value);
}

/** A part of a whole as a percentage: 1 is all of it, and an error may be more than all. */
export function share(value: number | null): string {
  if (value === null) return "–";
  return percent(value, 1);
}

export function bytes(size: number): string {
  if (size < 1000) return `${size} B`;
  if (size < 1_000_000) return `${Math.round(size / 1000)} kB`;
  return `${(size / 1_000_000).toFixed(1)} MB`;
}

/** Minutes from midnight as a clock shows them: 570 -> 09:30; nothing for nothing. */
export function minuteOfDay(minute: number | null | undefined): string {
  if (minute == null) return "";
  const pad = (n: number) => String(n).padStart(2, "0");
  return `${pad(Math.floor(minute / 60))}:${pad(minute % 60)}`;
}

/** The way back: "09:30" -> 570. */
export function readMinute(text: string): number | null {
  const found = /^(\d{1,2}):(\d{2})/.exec(text);
  return found ? Number(found[1]) * 60 + Number(found[2]) : null;
}

function named(type: "language" | "region", code: string, language = locale()): string {
  try {
    return new Intl.DisplayNames([language], { type }).of(code) ?? code;
  } catch {
    return code;
  }
}

export function languageName(code: string): string {
  return named("language", code);
}

/** The desk's languages to choose from, each by the name it gives itself: Italiano, English. */
export function ownLanguages(): { value: string; label: string }[] {
  return locales.map((value) => {
    const name = named("language", value, value);
    return { value, label: name.charAt(0).toLocaleUpperCase(value) + name.slice(1) };
  });
}

export function countryName(code: string): string {
  return named("region", code);
}
