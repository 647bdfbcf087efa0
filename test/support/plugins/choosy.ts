import { appendFileSync, existsSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { definePlugin } from '../../../src/index.ts'

const settings = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: () => ({ value: { shelf: 'A <b>1</b>', apiKey: 'k-1234567' } }),
  },
} as const

/** Appends the id of what is moved to the cold to the file in NOTES; for `stuck` it waits for another file. */
export default definePlugin({
  slug: 'choosy',
  wants: ['inventory.*'],
  where: { exact: { 'data.to.name': 'Cold Storage' } },
  settings,
  async processEvent(event, { signal }) {
    const notes = process.env.NOTES!
    if ('entity' in event && event.entity.id === 'stuck') {
      while (!existsSync(`${notes}.go`)) await wait(50, undefined, { signal })
    }
    if (event.id.startsWith('fails')) throw new RangeError('what the event held')
    appendFileSync(notes, `${event.id}\n`)
  },
})
