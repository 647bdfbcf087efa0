const UNITS: [limit: number, divisor: number, name: string][] = [
  [1_000, 1, 'ms'],
  [60_000, 1_000, 's'],
  [3_600_000, 60_000, 'min'],
  [86_400_000, 3_600_000, 'h'],
  [Number.POSITIVE_INFINITY, 86_400_000, 'd'],
]

/** `350 ms`, `12 s`, `3 min`. */
export function durationText(ms: number): string {
  const [, divisor, name] = UNITS.find(([limit]) => ms < limit)!
  const value = ms / divisor
  return `${value < 10 && divisor > 1 ? Math.round(value * 10) / 10 : Math.round(value)} ${name}`
}

export function numberText(value: number): string {
  return value < 10 && !Number.isInteger(value)
    ? value.toFixed(1)
    : Math.round(value).toLocaleString('en')
}

export function bytesText(bytes: number): string {
  const megabytes = bytes / 1_048_576
  return megabytes < 1 ? `${numberText(bytes / 1024)} KB` : `${numberText(megabytes)} MB`
}

/** A text of others on one line: what would turn or hide the text beside it is shown as its code. */
export function shown(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`,
  )
}

/** The same for a text of several lines. */
export function shownLines(text: string): string {
  return text.split('\n').map(shown).join('\n')
}
