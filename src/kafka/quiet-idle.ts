import { createRequire } from 'node:module'

interface RequestQueue {
  pending: unknown[]
  scheduleCheckPendingRequests(): void
}

const require = createRequire(import.meta.url)

/** The version whose source the change below was read against. */
const KNOWN_VERSION = '2.2.4'

let done = false

/**
 * Stops kafkajs from waking up about 900 times a second per connection for nothing: its request
 * queue re-arms a timer, with a negative delay, even when no request is pending. With nothing
 * pending there is nothing to check. Another version of kafkajs is left alone.
 */
export function quietIdleConnections(): void {
  if (done || require('kafkajs/package.json').version !== KNOWN_VERSION) return
  done = true
  const queue = require('kafkajs/src/network/requestQueue').prototype as RequestQueue
  const schedule = queue.scheduleCheckPendingRequests
  queue.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0) schedule.call(this)
  }
}
