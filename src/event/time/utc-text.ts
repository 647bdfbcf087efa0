const DAY_SECONDS = 86_400

/** The character codes of the last text, whose day most consecutive times share. */
const codes = Uint8Array.from('1970-01-01T00:00:00.000000Z', (char) => char.charCodeAt(0))
let lastDay = 0

const ZERO = 48

/**
 * `YYYY-MM-DDThh:mm:ssZ` with zero, three or six fraction digits: the fewest that are exact. Made of
 * character codes at once: a text that is joined of parts is slower to make, and again when it is read.
 */
export function utcText(seconds: number, micros: number): string {
  const day = Math.floor(seconds / DAY_SECONDS)
  if (day !== lastDay) setDay(day)
  const minutes = Math.floor((seconds - day * DAY_SECONDS) / 60)
  const hours = Math.floor(minutes / 60)
  setDigits(11, hours)
  setDigits(14, minutes - hours * 60)
  setDigits(17, seconds - day * DAY_SECONDS - minutes * 60)
  if (micros === 0) return secondsText(codes)
  const millis = Math.floor(micros / 1_000)
  const rest = micros - millis * 1_000
  setThreeDigits(20, millis)
  if (rest === 0) return millisText(codes)
  setThreeDigits(23, rest)
  return microsText(codes)
}

function setDay(day: number): void {
  const text = new Date(day * DAY_SECONDS * 1_000).toISOString()
  for (let at = 0; at < 'YYYY-MM-DD'.length; at++) codes[at] = text.charCodeAt(at)
  lastDay = day
}

function setDigits(at: number, number: number): void {
  const tens = Math.floor(number / 10)
  codes[at] = ZERO + tens
  codes[at + 1] = ZERO + number - tens * 10
}

function setThreeDigits(at: number, number: number): void {
  const hundreds = Math.floor(number / 100)
  codes[at] = ZERO + hundreds
  setDigits(at + 1, number - hundreds * 100)
}

const Z = 90
const chars = String.fromCharCode

// biome-ignore format: one line for each part of a time
function secondsText(c: Uint8Array): string {
  return chars(
    c[0]!, c[1]!, c[2]!, c[3]!, c[4]!, c[5]!, c[6]!, c[7]!, c[8]!, c[9]!,
    c[10]!, c[11]!, c[12]!, c[13]!, c[14]!, c[15]!, c[16]!, c[17]!, c[18]!, Z,
  )
}

// biome-ignore format: one line for each part of a time
function millisText(c: Uint8Array): string {
  return chars(
    c[0]!, c[1]!, c[2]!, c[3]!, c[4]!, c[5]!, c[6]!, c[7]!, c[8]!, c[9]!,
    c[10]!, c[11]!, c[12]!, c[13]!, c[14]!, c[15]!, c[16]!, c[17]!, c[18]!,
    c[19]!, c[20]!, c[21]!, c[22]!, Z,
  )
}

// biome-ignore format: one line for each part of a time
function microsText(c: Uint8Array): string {
  return chars(
    c[0]!, c[1]!, c[2]!, c[3]!, c[4]!, c[5]!, c[6]!, c[7]!, c[8]!, c[9]!,
    c[10]!, c[11]!, c[12]!, c[13]!, c[14]!, c[15]!, c[16]!, c[17]!, c[18]!,
    c[19]!, c[20]!, c[21]!, c[22]!, c[23]!, c[24]!, c[25]!, Z,
  )
}
