import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { systemClock } from '../../src/util/clock.ts'
import { endpoints, until } from '../support/stack.ts'
import { openKafkaLink } from './kafka-link.ts'
import { plainTopic, pump } from './plain-member.ts'
import { startMember, type Take, Witness } from './witness.ts'

const SESSION_MS = 6_000
/** An answer without records is shorter. */
const EMPTY_BYTES = 100
const PROGRAM = fileURLToPath(new URL('./member-process.ts', import.meta.url))

describe('a process is frozen for longer than its session', () => {
  it('takes nothing of what belongs to others by then, and joins again', async () => {
    const { topic } = await plainTopic(2)
    await pump(topic, 2)
    const taken: Take[] = []
    const start = (by: string) => {
      const args = [PROGRAM, endpoints().brokers, topic, `${SESSION_MS}`]
      const child = spawn(process.execPath, args)
      onTestFinished(() => void child.kill('SIGKILL'))
      createInterface(child.stdout).on('line', (line) => taken.push({ by, ...JSON.parse(line) }))
      return child
    }
    const placesOf = (by: string, from = 0) =>
      new Set(taken.slice(from).flatMap((each) => (each.by === by ? each.place : [])))
    const first = start('first')
    await until(() => placesOf('first').size === 2, { what: 'the first to read both' })
    start('second')
    await until(() => placesOf('second').size === 1, { what: 'the second to read one' })
    first.kill('SIGSTOP')
    await until(() => placesOf('second').size === 2, { what: 'the second to read both' })
    const frozen = taken.length
    first.kill('SIGCONT')
    await until(() => placesOf('first', frozen).size > 0, { what: 'the first to read again' })
    const isLate = ({ by, place, offset, atMs }: Take) =>
      by === 'first' &&
      taken.some(
        (other) =>
          other.by === 'second' &&
          other.place === place &&
          other.offset >= offset &&
          other.atMs < atMs,
      )
    expect(taken.filter(isLate)).toEqual([])
  })

  it('takes nothing of an answer that came in the meantime', async () => {
    const { topic, groupId } = await plainTopic(1)
    await pump(topic, 1)
    const witness = new Witness()
    const link = await openKafkaLink()
    let frozenForMs = 0
    const clock = { ...systemClock, elapsedMs: () => systemClock.elapsedMs() + frozenForMs }
    const options = {
      name: 'frozen',
      topics: [topic],
      groupId,
      witness,
      clock,
      sessionTimeoutMs: SESSION_MS,
    }
    await link.through(() => startMember(options))
    await until(() => witness.taken.length > 0, { what: 'a first record' })
    const thaw = Promise.withResolvers<void>()
    onTestFinished(() => thaw.resolve())
    let isHeld = false
    link.onAnswer = async ({ api }, answer) => {
      if (api !== 'fetch' || answer.length < EMPTY_BYTES) return answer
      isHeld = true
      await thaw.promise
      return answer
    }
    await until(() => isHeld, { what: 'an answer with records to be held' })
    const before = witness.taken.length
    const epochs = witness.epochsOf(`${topic}/0`)
    frozenForMs = 3_600_000
    thaw.resolve()
    await until(() => witness.taken.length > before, { what: 'it to read again' })
    // All that it took belongs to the ownership of its second membership.
    expect(witness.epochsOf(`${topic}/0`)).toBe(epochs + 1)
    expect(witness.takenInLatestEpoch(`${topic}/0`)).toBe(witness.taken.length - before)
  })
})
