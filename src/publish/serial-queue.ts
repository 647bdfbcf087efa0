/** Answers what it waits for, if anything. Must neither throw nor reject. */
type Step = () => Promise<void> | undefined

/**
 * Runs steps one after the other: at once while none has to wait, else when those before it have
 * come to their end. Answers what to wait for until the step has ended, if anything.
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
