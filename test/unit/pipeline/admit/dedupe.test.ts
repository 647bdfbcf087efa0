import { describe, expect, it, vi } from 'vitest'
import type { IdempotencyStore } from '../../../../src/idempotency/store.ts'
import { settled } from '../../../support/manual-clock.ts'
import { partition, pipelineKit, plugin } from '../../../support/pipeline-kit.ts'

const fingerprint = vi.fn(() => 'fingerprint')
const prints = { contentHash: () => 'hash', fingerprint }

/** How a delivery of an event ends, and what the store was asked. */
async function outcomesWith(store: Partial<IdempotencyStore>) {
  const asked: string[] = []
  const { store: memory } = pipelineKit({ plugins: [] })
  const kit = pipelineKit({
    plugins: [plugin({ processEvent: () => {} })],
    prints,
    store: {
      ...memory,
      ...store,
      claim(key, print) {
        asked.push(`${key.eventId}: ${print}`)
        return (store.claim ?? memory.claim)(key, print)
      },
    },
  })
  partition(kit).put({ id: 'a', kind: 'inventory.moved' })
  await settled()
  return { asked, outcomes: kit.ended.map(({ outcome }) => outcome), letters: kit.letters.length }
}

describe('content is compared', () => {
  it('by its hash where the store compares hashes, by its fingerprint otherwise', async () => {
    expect((await outcomesWith({ compares: 'hashes' })).asked).toEqual(['a: hash'])
    const { claim } = pipelineKit({ plugins: [] }).store
    const { asked } = await outcomesWith({ compares: undefined as never, claim })
    expect(asked).toEqual(['a: fingerprint'])
  })

  it('without its fingerprint being computed where nothing asks for it', async () => {
    fingerprint.mockClear()
    expect((await outcomesWith({ compares: 'hashes' })).outcomes).toEqual(['processed'])
    expect(fingerprint).not.toHaveBeenCalled()
  })

  it('by its fingerprint with the mark of a version that had no hashes', async () => {
    const markedWith = (mark: string): Partial<IdempotencyStore> => ({
      compares: 'hashes',
      claim: () => ({
        type: 'completed-formerly',
        isSame: (fingerprint) => fingerprint === mark,
      }),
    })
    const same = await outcomesWith(markedWith('fingerprint'))
    expect(same).toMatchObject({ outcomes: ['duplicate'], letters: 0 })
    const other = await outcomesWith({
      compares: 'hashes',
      claim: ({ eventId }, print) =>
        eventId === 'a'
          ? { type: 'completed-formerly', isSame: () => false }
          : pipelineKit({ plugins: [] }).store.claim(
              { eventId, plugin: 'p', topic: 't', partition: 0 },
              print,
            ),
    })
    expect(other.asked).toEqual(['a: hash', 'a#fingerprint: hash'])
    expect(other).toMatchObject({ outcomes: ['dead-lettered'], letters: 1 })
  })

  it('once: a conflict that was dead-lettered before is a duplicate', async () => {
    const { outcomes } = await outcomesWith({
      compares: 'hashes',
      claim: ({ eventId }) => ({ type: 'completed-formerly', isSame: () => eventId !== 'a' }),
    })
    expect(outcomes).toEqual(['duplicate'])
  })
})
