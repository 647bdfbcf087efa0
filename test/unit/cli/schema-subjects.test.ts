import { describe, expect, it } from 'vitest'
import type { Registry } from '../../../src/avro/registry.ts'
import { registerSchemas } from '../../../src/cli/schema-subjects.ts'
import { InventoryEventsError } from '../../../src/event/errors.ts'

const topics = { inventory: 'inventory.events', plugin: 'plugin.events' }

/** An empty registry in which `register` fails, after somebody else was quicker or for good. */
function registry(isQuicker: boolean): Registry {
  const there = new Set<string>()
  return {
    check: async () => {},
    schemaById: async () => ({ type: 'missing', why: '' }),
    registeredId: async (subject) => (there.has(subject) ? 7 : undefined),
    versions: async () => [],
    isCompatible: async () => ({ ok: true, messages: [] }),
    compatibility: async () => 'FULL_TRANSITIVE',
    setCompatibility: async () => {},
    async register(subject) {
      if (isQuicker) there.add(subject)
      throw new InventoryEventsError('REGISTRY_REFUSED', `${subject}: already exists`)
    },
  }
}

describe('registering while somebody else does', () => {
  it('takes what the other registered', async () => {
    const said: string[] = []
    await registerSchemas(registry(true), topics, (line) => said.push(line))
    expect(said).toHaveLength(12)
    expect(said.every((line) => line.endsWith('id 7'))).toBe(true)
  })

  it('fails where it is not there afterwards', async () => {
    await expect(registerSchemas(registry(false), topics, () => {})).rejects.toThrow(
      'already exists',
    )
  })
})
