const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const DAYS_BEFORE_MONTH = MONTH_DAYS.map((_, index) =>
  MONTH_DAYS.slice(0, index).reduce((sum, days) => sum + days, 0),
)
/** Days from 0001-01-01 to 1970-01-01. */
const DAYS_BEFORE_EPOCH = 719_162

/** Days from 1970-01-01 to a date of the Gregorian calendar; undefined if there is no such date. */
export function dayOf(year: number, month: number, day: number): number | undefined {
  if (month < 1 || month > 12 || day < 1 || day > monthDays(year, month)) return undefined
  const leapDay = month > 2 && isLeap(year) ? 1 : 0
  return daysBeforeYear(year) + DAYS_BEFORE_MONTH[month - 1]! + leapDay + day - 1
}

function daysBeforeYear(year: number): number {
  const years = year - 1
  const leapDays = Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400)
  return years * 365 + leapDays - DAYS_BEFORE_EPOCH
}

function monthDays(year: number, month: number): number {
  return month === 2 && isLeap(year) ? 29 : MONTH_DAYS[month - 1]!
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}
