/**
 * Where a process ends in the middle of a delivery: before the handler is called, between its effect
 * and its mark, or when the mark is made and the offset is not committed yet.
 */
export type CrashStep = 'before-call' | 'before-mark' | 'after-mark'

export const CRASH_STEPS: readonly CrashStep[] = ['before-call', 'before-mark', 'after-mark']
