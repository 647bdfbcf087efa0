/**
 * How often the event loop's delay is measured. Each measurement wakes the process: every 10 ms, which
 * prom-client does by default, is a third of what an idle replica takes. What Node reports as the delay
 * includes this time.
 */
export const LOOP_DELAY_INTERVAL_MS = 50
