import { describe, expect, it } from 'vitest'
import type { BaseEvent, PluginEvent } from '../../../src/event/event.ts'
import {
  isInventoryEvent,
  isPluginEvent,
  isUnknownEvent,
  nameOf,
} from '../../../src/event/guards.ts'
import { readSamples } from '../../support/samples.ts'

const base = { id: 'a', time: '2024-01-15T10:30:00Z', transactionId: 't' }
const pluginEvent: PluginEvent = { ...base, name: 'inventory.fake', args: [], kwargs: {} }
const unknown = (kind: string) => ({ ...base, kind }) as BaseEvent

describe('guards', () => {
  it.each(readSamples())('$kind is an inventory event', (sample) => {
    expect(isInventoryEvent(sample)).toBe(true)
    expect(isPluginEvent(sample)).toBe(false)
    expect(isUnknownEvent(sample)).toBe(false)
    expect(nameOf(sample)).toBe(sample.kind)
  })

  it('checks the prefix of the kind', () => {
    expect(isInventoryEvent(unknown('inventory.teleported'))).toBe(true)
    expect(isInventoryEvent(unknown('inventory'))).toBe(false)
    expect(isInventoryEvent(unknown('order.status.changed'))).toBe(false)
  })

  it('recognises plugin events by their missing kind', () => {
    expect(isPluginEvent(pluginEvent)).toBe(true)
    expect(isInventoryEvent(pluginEvent)).toBe(false)
    expect(nameOf(pluginEvent)).toBe('inventory.fake')
  })
})
