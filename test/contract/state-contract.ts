import { describe, expect, it } from 'vitest'
import { type ContractStore, claimOf } from './store-contract.ts'

const KEY = Buffer.from('ent_1')

/** The contract of every store for what the plugin `stateful` remembers. It owns partition 0 of two topics. */
export function stateContract(
  name: string,
  create: () => Promise<ContractStore & { otherTopic: string }>,
): void {
  describe(`states in the ${name} store`, () => {
    async function opened() {
      const { store, topic, otherTopic } = await create()
      const lost = new AbortController().signal
      for (const each of [topic, otherTopic]) {
        await store.open({ topic: each, partition: 0, lost })
      }
      let events = 0
      const claimed = async (at = topic, plugin = 'stateful') => {
        events += 1
        const key = { plugin, eventId: `evt_${events}`, topic: at, partition: 0 }
        return claimOf(await store.claim(key, 'f'))
      }
      const stored = (key = KEY, at = topic, plugin = 'stateful') =>
        store.stateOf({ topic: at, partition: 0 }, plugin, key)
      /** Completes an event of the entity, as a handler that is given the stored state. */
      async function set(text: string | null, key = KEY, at = topic): Promise<void> {
        const claim = await claimed(at)
        const basis = (await stored(key, at))?.revision
        await claim.complete('processed', { key, text, basis })
      }
      const text = async (...of: Parameters<typeof stored>) =>
        (await stored(...of))?.text ?? undefined
      return { store, topic, otherTopic, claimed, stored, set, text }
    }

    it('has none at first, and then what was stored last', async () => {
      const { store, set, text } = await opened()
      expect(await text()).toBeUndefined()
      await set('one')
      expect(await text()).toBe('one')
      await set('two')
      expect(await text()).toBe('two')
      await store.close()
    })

    it('has none after it was cleared, and can have one again', async () => {
      const { store, set, text } = await opened()
      await set('one')
      await set(null)
      expect(await text()).toBeUndefined()
      await set('two')
      expect(await text()).toBe('two')
      await store.close()
    })

    it('keeps plugins, keys and topics apart', async () => {
      const { store, topic, otherTopic, set, text } = await opened()
      await set('one')
      await set('other', KEY, otherTopic)
      const odd = Buffer.from([0, 0xff, 0x5c, 0x22])
      await set('odd', odd)
      expect(await text()).toBe('one')
      expect(await text(KEY, otherTopic)).toBe('other')
      expect(await text(odd)).toBe('odd')
      expect(await text(Buffer.from([0, 0xfe, 0x5c, 0x22]))).toBeUndefined()
      expect(await text(KEY, topic, 'another')).toBeUndefined()
      await store.close()
    })

    it('keeps it if an event changes nothing, or is released', async () => {
      const { store, claimed, set, text } = await opened()
      await set('one')
      await (await claimed()).complete('skipped')
      await (await claimed()).release()
      expect(await text()).toBe('one')
      await store.close()
    })

    it('keeps those of many entities that are changed at once', async () => {
      const { store, set, text } = await opened()
      const keys = Array.from({ length: 300 }, (_, n) => Buffer.from(`entity ${n}`))
      for (const round of ['one', 'two']) {
        await Promise.all(keys.map((key, n) => set(`${round} ${n}`, key)))
      }
      const found = await Promise.all(keys.map((key) => text(key)))
      expect(found).toEqual(keys.map((_, n) => `two ${n}`))
      await store.close()
    })
  })
}
