/** The ranges allowed in a plugin's options and in the settings that are their defaults. */
export const limits = {
  timeoutMs: { min: 10, max: 3_600_000 },
  concurrency: { min: 1, max: 10_000 },
  maxAttempts: { min: 1, max: 1_000 },
  initialDelayMs: { min: 1, max: 3_600_000 },
  maxDelayMs: { min: 1, max: 3_600_000 },
  maxEvents: { min: 1, max: 10_000 },
  maxWaitMs: { min: 0, max: 60_000 },
} as const
