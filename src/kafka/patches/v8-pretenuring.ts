import { setFlagsFromString } from 'node:v8'

/**
 * Has V8 expect of all objects that they die young, as those do that kafkajs makes of records. While
 * it reads an answer, all of them are alive: from one collection at such a moment V8 would conclude
 * that they live long, and put them among what does until the process ends. To collect them there
 * was seen to cost a third of the CPU time of a service whose plugins want nothing.
 */
export function disablePretenuring(): void {
  setFlagsFromString(`--${NO_PRETENURING}`)
}

/** V8 has it since before Node 20; `node` takes it too. */
export const NO_PRETENURING = 'no-allocation-site-pretenuring'
