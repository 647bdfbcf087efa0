/** Progress: an event was handled for the first time. */
export interface Step {
  partition: number
  atUs: number
}

export interface Window {
  fromUs: number
  toUs: number
}

export interface Gaps {
  /** The longest time in which nothing was handled. */
  groupMs: number
  /** The longest time in which nothing of one partition was handled. */
  partitionMs: number
}

/** The longest times without progress that overlap the window. Steps must be in order of time. */
export function gapsIn(steps: readonly Step[], window: Window): Gaps {
  const byPartition = Map.groupBy(steps, ({ partition }) => partition)
  const longest = [...byPartition.values()].map((each) => longestUs(each, window))
  return {
    groupMs: Math.round(longestUs(steps, window) / 1_000),
    partitionMs: Math.round(Math.max(0, ...longest) / 1_000),
  }
}

function longestUs(steps: readonly Step[], { fromUs, toUs }: Window): number {
  const times = steps.map(({ atUs }) => atUs)
  return times.reduce((mostUs, atUs, i) => {
    const nextUs = Math.min(toUs, times[i + 1] ?? toUs)
    return nextUs > fromUs ? Math.max(mostUs, nextUs - atUs) : mostUs
  }, 0)
}
