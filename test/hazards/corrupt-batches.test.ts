import { describe, expect, it } from 'vitest'
import { until } from '../support/stack.ts'
import { openKafkaLink } from './kafka-link.ts'
import { plainMember, plainTopic } from './plain-member.ts'
import { startMember, Witness } from './witness.ts'

const GOOD = 'as it was written'
const EACH = 5

/** Flips a bit in every value of the partition's records, on their way to the client. */
async function corrupting() {
  const link = await openKafkaLink()
  const marker = Buffer.from(`0: ${GOOD}`)
  let isOn = true
  link.onAnswer = ({ api }, answer) => {
    const changed = Buffer.from(answer)
    if (!isOn || api !== 'fetch') return changed
    for (let at = changed.indexOf(marker); at >= 0; at = changed.indexOf(marker, at + 1)) {
      changed[at + 3]! ^= 1
    }
    return changed
  }
  const { topic, groupId, produce } = await plainTopic(2)
  const messages = [0, 1].flatMap((partition) =>
    Array.from({ length: EACH }, () => ({ partition, value: `${partition}: ${GOOD}` })),
  )
  const stop = () => {
    isOn = false
  }
  return { link, topic, groupId, produce: () => produce(messages), stop }
}

describe('a bit flips in fetched batches', () => {
  it('plain kafkajs hands them over as they came', async () => {
    const { link, topic, groupId, produce } = await corrupting()
    await produce()
    const values: string[] = []
    const eachMessage = async ({ message }: { message: { value: Buffer | null } }) =>
      void values.push(String(message.value))
    await link.through(() => plainMember({ groupId, topics: [topic], run: { eachMessage } }))
    await until(() => values.length === 2 * EACH, { what: 'all records' })
    expect(values.filter((value) => value.startsWith('0: ') && !value.endsWith(GOOD))).toHaveLength(
      EACH,
    )
  })

  it('the service never does: their partition waits, and goes on when they come whole', async () => {
    const { link, topic, groupId, produce, stop } = await corrupting()
    const witness = new Witness()
    const values: string[] = []
    const onRecord = ({ value }: { value: Buffer | null }) => void values.push(String(value))
    const { log, failures } = await link.through(() =>
      startMember({ name: 'member', topics: [topic], groupId, witness, onRecord }),
    )
    await produce()
    const fetched = () =>
      link.passed.filter(({ what, api }) => what === 'answer' && api === 'fetch')
    const named = () =>
      log.filter(({ why }) => String(why).includes(`corrupt batch at ${topic}/0@0`))
    await until(() => named().length >= 2, { what: 'the batch to be fetched again' })
    const before = fetched().length
    await produce()
    await until(() => witness.offsetsOf(`${topic}/1`).length === 2 * EACH, {
      what: 'the other partition',
    })
    expect(fetched().length).toBeGreaterThan(before)
    expect(witness.offsetsOf(`${topic}/0`)).toEqual([])
    stop()
    await until(() => witness.offsetsOf(`${topic}/0`).length === 2 * EACH, {
      what: 'the partition to go on',
    })
    expect(values.filter((value) => !value.endsWith(GOOD))).toEqual([])
    expect(failures).toEqual([])
  })
})
