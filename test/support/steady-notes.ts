import { randomUUID } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import type { Event } from '../../src/event/event.ts'
import { moved } from './events.ts'

/** The calls of `plugins/steady.ts`, in every process. */
export function steadyNotes() {
  const file = join(tmpdir(), `steady-${randomUUID()}`)
  onTestFinished(() =>
    Promise.all([file, `${file}.hold`].map((each) => rm(each, { force: true }))).then(),
  )
  /** The newest number of each entity. */
  const numbers = new Map<string, number>()
  const read = async () => {
    const text = await readFile(file, 'utf8').catch(() => '')
    return text.split('\n').flatMap((line) => (line === '' ? [] : [noteOf(line)]))
  }
  const handled = async () => {
    return new Set((await read()).filter(({ what }) => what === 'end').map(({ id }) => id)).size
  }
  return {
    file,
    read,
    handled,
    /** The next events of each of these entities. */
    next(entities: number, each: number): Event[] {
      return Array.from({ length: entities * each }, (_, i) => {
        const entity = `e${i % entities}`
        const n = numbers.get(entity) ?? 0
        numbers.set(entity, n + 1)
        return moved(entity, n, `${entity}/${n}`)
      })
    },
    /** How many events there are. */
    total: () => [...numbers.values()].reduce((sum, count) => sum + count, 0),
    hold: () => writeFile(`${file}.hold`, ''),
    letGo: () => rm(`${file}.hold`),
    /** Each event at least once, for the first time in order; again, or at once, only because of `hurt`. */
    async expectPromises(hurt: ReadonlySet<number>): Promise<void> {
      const notes = await read()
      for (const [entity, count] of numbers) {
        const own = notes.filter(({ id }) => id.startsWith(`${entity}/`))
        const ends = own.filter(({ what }) => what === 'end')
        const ids = Array.from({ length: count }, (_, n) => `${entity}/${n}`)
        expect([...new Set(ends.map(({ id }) => id))]).toEqual(ids)
        const unhurt = own.filter(({ pid }) => !hurt.has(pid))
        expect(atOnce(unhurt)).toEqual([])
        const again = ids.filter((id) => ends.filter((each) => each.id === id).length > 1)
        const byHurt = new Set(own.filter(({ pid }) => hurt.has(pid)).map(({ id }) => id))
        expect(again.filter((id) => !byHurt.has(id))).toEqual([])
      }
    },
  }
}

interface Note {
  what: string
  id: string
  pid: number
}

function noteOf(line: string): Note {
  const [what = '', id = '', pid] = line.split(' ')
  return { what, id, pid: Number(pid) }
}

/** The calls of an entity that began before another one had ended. */
function atOnce(notes: readonly Note[]): string[] {
  const running = new Set<string>()
  const found: string[] = []
  for (const { what, id, pid } of notes) {
    const call = `${id} ${pid}`
    if (what === 'end') running.delete(call)
    else {
      if (running.size > 0) found.push(`${call} beside ${[...running]}`)
      running.add(call)
    }
  }
  return found
}
