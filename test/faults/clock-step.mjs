// Preloaded into replicas: adds the milliseconds in a file to the wall clock, as someone does who sets it.
// Monotonic time goes on, as it does then.
import { readFileSync } from 'node:fs'

const LOOK_EVERY_MS = 20
const RealDate = Date
let offsetMs = 0

function look() {
  try {
    offsetMs = Number(readFileSync(process.env.CLOCK_OFFSET_FILE, 'utf8'))
  } catch {
    offsetMs = 0
  }
}

look()
setInterval(look, LOOK_EVERY_MS).unref()

globalThis.Date = class extends RealDate {
  constructor(...values) {
    super(...(values.length === 0 ? [RealDate.now() + offsetMs] : values))
  }

  static now() {
    return RealDate.now() + offsetMs
  }
}
