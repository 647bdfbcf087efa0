import { appendFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { definePlugin, type PluginEvent } from '../../../src/index.ts'

/** A file with lines of `what id`, which outlives the process. */
const file = process.env.EFFECTS_FILE as string

/** Ends the process as the event says, or else records an effect. */
export default definePlugin({
  slug: 'ends-the-process',
  async processEvent(event) {
    const { how } = (event as PluginEvent).kwargs
    appendFileSync(file, `call ${event.id}\n`)
    if (how === 'block') for (;;);
    if (how === 'exit') process.exit(7)
    if (how === 'ignore') await new Promise(() => {})
    if (how === 'block later' || how === 'exit later') await setTimeout(50)
    if (how === 'block later') for (;;) await null
    if (how === 'exit later') process.exit(7)
    if (how === 'slow') await setTimeout(100)
    appendFileSync(file, `effect ${event.id}\n`)
  },
})
