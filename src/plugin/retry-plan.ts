import type { RetryDelays, RetryOptions, RetryPolicy } from './plugin.ts'

/** When a failed delivery is retried: delays that double, or a list of them. */
export type RetryPlan =
  | (RetryPolicy & { delaysMs?: undefined })
  | (RetryDelays & Pick<RetryPolicy, 'maxAttempts'>)

/** The plan of valid options; the defaults are for delays that double. */
export function retryPlanOf(options: RetryOptions, defaults: RetryPolicy): RetryPlan {
  const { delaysMs } = options
  if (delaysMs !== undefined) {
    return { maxAttempts: delaysMs.length + 1, delaysMs: Object.freeze([...delaysMs]) }
  }
  return {
    maxAttempts: options.maxAttempts ?? defaults.maxAttempts,
    initialDelayMs: options.initialDelayMs ?? defaults.initialDelayMs,
    maxDelayMs: options.maxDelayMs ?? defaults.maxDelayMs,
  }
}
