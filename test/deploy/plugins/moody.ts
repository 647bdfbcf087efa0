import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { definePlugin, reject } from 'inventory-events'

const MOOD_FILE = process.env.MOOD_FILE!

/** Behaves as the file says: `well`, `flaky` (fails once for every third event) or `down`. */
export default definePlugin({
  slug: 'moody',
  wantsProcessEvent: (name) => name === 'inventory.moved',
  async processEvent({ id, entity }, { attempt }) {
    const mood = readFileSync(MOOD_FILE, 'utf8')
    await sleep(10)
    if (mood === 'down') throw new Error('it is down')
    const isThird = Number.parseInt(id.slice(0, 8), 16) % 3 === 0
    if (mood === 'flaky' && isThird && attempt === 1) throw new Error('it is flaky')
    if (entity.id === 'refused') return reject('it is asked to')
    return undefined
  },
})
