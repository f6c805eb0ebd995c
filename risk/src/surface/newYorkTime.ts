/** Local time in New York, by the rule in force since 2007 (Energy Policy Act of 2005, section 110). */

const DAY = 86_400

/** Day of the month of the n-th Sunday of a month (0 = January). */
function nthSunday(year: number, month: number, n: number): number {
  const weekday = new Date(Date.UTC(year, month, 1)).getUTCDay()
  return 1 + ((7 - weekday) % 7) + 7 * (n - 1)
}

/** Unix seconds of `hours` (16.25 = 16:15) in New York on a day given as midnight UTC in unix seconds. */
export function newYorkTime(day: number, hours: number): number {
  const date = new Date(day * 1000)
  const year = date.getUTCFullYear()
  const start = Date.UTC(year, 2, nthSunday(year, 2, 2)) / 1000
  const end = Date.UTC(year, 10, nthSunday(year, 10, 1)) / 1000
  const midnight = Math.floor(day / DAY) * DAY
  const summer = midnight >= start && midnight < end
  return midnight + (hours + (summer ? 4 : 5)) * 3600
}
