import { prototypeIn } from './internals.ts'

interface RequestQueue {
  pending: unknown[]
  throttledUntil: number
  throttleCheckTimeoutId: NodeJS.Timeout | null
  scheduleCheckPendingRequests(): void
}

type Check = RequestQueue['scheduleCheckPendingRequests']

let isPatched: boolean | undefined

/**
 * Stops kafkajs from waking up about 900 times a second per connection for nothing: its request
 * queue re-arms a timer, with a negative delay, even when no request is pending. With nothing
 * pending there is nothing to check. Returns false, without patching, for another version of
 * kafkajs or if the patched method does not behave as expected.
 */
export function stopIdleTimers(): boolean {
  isPatched ??= patch()
  return isPatched
}

function patch(): boolean {
  const queue = prototypeIn<RequestQueue>('network/requestQueue')
  const check = queue?.scheduleCheckPendingRequests
  if (queue === undefined || typeof check !== 'function') return false
  const quiet: Check = function (this: RequestQueue) {
    if (this.pending.length > 0) check.call(this)
  }
  if (!behaves(quiet)) return false
  queue.scheduleCheckPendingRequests = quiet
  return true
}

/** Whether it arms a timer for a queue with pending requests, and for no other. */
function behaves(check: Check): boolean {
  return !armsTimer(check, []) && armsTimer(check, ['a request'])
}

function armsTimer(check: Check, pending: unknown[]): boolean {
  const queue: RequestQueue = {
    pending,
    throttledUntil: -1,
    throttleCheckTimeoutId: null,
    scheduleCheckPendingRequests: check,
  }
  check.call(queue)
  const timer = queue.throttleCheckTimeoutId
  clearTimeout(timer ?? undefined)
  return timer !== null
}
