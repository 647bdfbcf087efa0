import { existsSync } from 'node:fs'
import { definePlugin } from 'inventory-events'

const GO_ON = process.env.GO_ON_WHEN_THERE ?? ''
const PATIENCE_MS = 60_000
let isAsked = false

/** Its filter reports its first evaluation, and blocks the thread until a file exists. */
export default definePlugin({
  slug: 'tried-slowly',
  wantsProcessEvent() {
    if (!isAsked) wait()
    isAsked = true
    return true
  },
  processEvent() {},
})

function wait(): void {
  process.stderr.write('asked\n')
  const pause = new Int32Array(new SharedArrayBuffer(4))
  const deadline = Date.now() + PATIENCE_MS
  while (!existsSync(GO_ON) && Date.now() < deadline) Atomics.wait(pause, 0, 0, 10)
}
