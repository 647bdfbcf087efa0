/** Returns a promise only if it has to wait. Must neither throw nor reject. */
type Step = () => Promise<void> | undefined

/**
 * Runs steps one after the other: synchronously while none has to wait, otherwise when the previous
 * steps have ended. Returns a promise that resolves when the step has ended, or undefined if it has.
 */
export function createSerialQueue(): (step: Step) => Promise<void> | undefined {
  let last: Promise<void> | undefined
  return (step) => {
    const ended = last === undefined ? step() : last.then(step)
    if (ended === undefined) return undefined
    const mine = ended.then(() => {
      if (last === mine) last = undefined
    })
    last = mine
    return mine
  }
}
