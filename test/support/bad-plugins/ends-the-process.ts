import { appendFileSync, readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { definePlugin, type PluginEvent } from '../../../src/index.ts'

/** Lines of `what id`: what outlives the process. */
const file = process.env.EFFECTS_FILE as string

/** Ends the process as its events say; else it leaves an effect. */
export default definePlugin({
  slug: 'ends-the-process',
  async processEvent(event) {
    const { how } = (event as PluginEvent).kwargs
    const isFirst = !readFileSync(file, 'utf8').includes(`call ${event.id}`)
    appendFileSync(file, `call ${event.id}\n`)
    if (how === 'block' || (how === 'block, then exit' && isFirst)) for (;;);
    if (how === 'block, then exit' || how === 'exit') process.exit(7)
    if (how === 'ignore') await new Promise(() => {})
    if (how === 'block later' || how === 'exit later') await setTimeout(50)
    if (how === 'block later') for (;;) await null
    if (how === 'exit later') process.exit(7)
    if (how === 'slow') await setTimeout(100)
    appendFileSync(file, `effect ${event.id}\n`)
  },
})
