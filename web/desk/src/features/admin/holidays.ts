/** Italy's national days off, for showing them; whether it is open is the server's to say. */

/** The day of Easter by the calculation of Meeus, Jones and Butcher (Astronomical Algorithms, ch. 8). */
export function easter(year: number): Date {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const d = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30;
  const e = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - d - (c % 4)) % 7;
  const f = d + e - 7 * Math.floor((a + 11 * d + 22 * e) / 451) + 114;
  return new Date(Date.UTC(year, Math.floor(f / 31) - 1, (f % 31) + 1));
}

/** The days off of Law 260/1949 as amended; Saint Francis since 2026 (Law 151/2025). */
export function daysOff(year: number): string[] {
  const sunday = easter(year);
  const monday = new Date(sunday.getTime() + 86_400_000);
  const fixed = ["01-01", "01-06", "04-25", "05-01", "06-02", "08-15", "11-01", "12-08", "12-25", "12-26"];
  if (year >= 2026) fixed.push("10-04");
  const moving = [sunday, monday].map((date) => date.toISOString().slice(0, 10));
  return [...fixed.map((date) => `${year}-${date}`), ...moving].sort();
}
