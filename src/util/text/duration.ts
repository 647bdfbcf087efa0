const UNITS: readonly (readonly [ms: number, one: string, many: string])[] = [
  [86_400_000, 'day', 'days'],
  [3_600_000, 'h', 'h'],
  [60_000, 'min', 'min'],
  [1_000, 's', 's'],
]

/** A duration to read, in its largest unit: `250 ms`, `1.5 s`, `90 min` as `1.5 h`, `7 days`. */
export function durationText(ms: number): string {
  if (ms === Number.POSITIVE_INFINITY) return 'unlimited time'
  const unit = UNITS.find(([size]) => ms >= size)
  if (unit === undefined) return `${Math.round(ms)} ms`
  const [size, one, many] = unit
  const count = Math.round((ms / size) * 10) / 10
  return `${count} ${count === 1 ? one : many}`
}
