import { expect, it } from 'vitest'
import type { ReplayPlan } from '../../../src/replay/plan.ts'
import { requireLeft } from '../../../src/replay/require-left.ts'
import { ManualClock, settled } from '../../support/manual-clock.ts'

const NOW_MS = Date.parse('2026-01-01T00:00:00Z')
const plan: ReplayPlan = {
  ...{ slug: 'p', generation: 2, purpose: 'enable', state: 'abandoned' },
  carriedOutBy: 'replicas',
  ...{ fromMs: 0, toMs: undefined, entity: undefined, kind: undefined, ranges: [] },
  ...{ by: 'ann', at: new Date(NOW_MS).toISOString(), why: '' },
}

function group(members: number) {
  const clock = new ManualClock(NOW_MS)
  const asked: string[] = []
  const membersOf = async (group: string) => {
    asked.push(group)
    return members
  }
  return { clock, asked, ports: { groupId: 'g', clock, membersOf } }
}

it('waits until every replica has seen that the catch-up is cancelled, then refuses while one is in it', async () => {
  const { clock, asked, ports } = group(1)
  const refused = expect(requireLeft(ports, plan)).rejects.toThrow(
    'group g.replay.p.2 has 1 member: events of the cancelled catch-up are still being handled',
  )
  await clock.advance(4_900)
  expect(asked).toEqual([])
  await clock.advance(100)
  await refused
  expect(asked).toEqual(['g.replay.p.2'])
})

it('waits no longer than that if the clock of who cancelled it is ahead', async () => {
  const { clock, ports } = group(0)
  const at = new Date(NOW_MS + 3_600_000).toISOString()
  const left = requireLeft(ports, { ...plan, at })
  await clock.advance(5_000)
  await left
})

it('asks at once if it was cancelled long ago', async () => {
  const { clock, ports } = group(1)
  const at = new Date(NOW_MS - 3_600_000).toISOString()
  const refused = expect(requireLeft(ports, { ...plan, at })).rejects.toThrow('has 1 member')
  await settled()
  await clock.advance(0)
  await refused
})

it('asks nothing of others: a command refuses to cancel what still runs', async () => {
  const { asked, ports } = group(1)
  await requireLeft(ports, undefined)
  await requireLeft(ports, { ...plan, state: 'done' })
  await requireLeft(ports, { ...plan, carriedOutBy: 'command' })
  expect(asked).toEqual([])
})
