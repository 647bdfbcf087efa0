import { expect, it } from 'vitest'
import { OwnedPartition } from '../../../../src/kafka/consumer/owned-partition.ts'
import { RedriveGate } from '../../../../src/pipeline/intake/redrive-gate.ts'
import { settled } from '../../../support/manual-clock.ts'

const input = () => new OwnedPartition('events', 3, 0, 0)
const redrive = new OwnedPartition('events.redrive', 3, 0, 0)

it('holds a redrive partition until its input is open, and says which', async () => {
  const gate = new RedriveGate()
  const obstacle = gate.obstacleTo(redrive)
  expect(obstacle?.why).toBe('input partition events/3 is not open on this replica')
  let isCleared = false
  void obstacle?.cleared.then(() => {
    isCleared = true
  })
  gate.add(new OwnedPartition('events', 4, 0, 0))
  await settled()
  expect(isCleared).toBe(false)
  const owned = input()
  gate.add(owned)
  await settled()
  expect(isCleared).toBe(true)
  expect(gate.obstacleTo(redrive)).toBe(undefined)
  gate.remove(owned)
  expect(gate.obstacleTo(redrive)?.why).toContain('events/3')
})

it('holds no input partition, and opens for none that was lost', () => {
  const gate = new RedriveGate()
  const lost = input()
  lost.lose()
  gate.add(lost)
  expect(gate.obstacleTo(input())).toBe(undefined)
  expect(gate.obstacleTo(redrive)).toBeDefined()
})
