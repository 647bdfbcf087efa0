import { expect, it } from 'vitest'
import { stateTopicOf } from '../../src/topics/names.ts'
import { pluginEvent } from '../support/events.ts'
import { twoReplicas } from '../support/hurt-replicas.ts'
import { database } from '../support/postgres.ts'
import { pluginPath, serve } from '../support/serve.ts'
import { situation } from '../support/service-kit.ts'
import { readRows, readStates } from '../support/states.ts'

const PARTITIONS = 4
const ENTITIES = 20
const ROUNDS = 6
const EVENTS_EACH = 25
const TIMEOUT_MS = 400_000

it.each(['kafka', 'postgres'] as const)(
  'counts each event once while replicas are killed and frozen, with the store %s',
  async (store) => {
    const { url, query } = await database()
    const s = await situation({
      plugins: [],
      partitions: PARTITIONS,
      store: 'kafka:',
      hasStates: true,
      registered: true,
      settings: {
        PLUGINS: pluginPath('plugins/counting'),
        SESSION_TIMEOUT_MS: '6000',
        // Shorter than a session: a frozen replica's events are claimed by its successor while it sleeps.
        ...(store === 'postgres' && { IDEMPOTENCY_STORE: url, IDEMPOTENCY_LEASE_MS: '5000' }),
      },
    })
    const start = () => serve(s.settings)
    const replicas = await twoReplicas(start, s.members)
    let sent = 0
    for (let round = 0; round < ROUNDS; round += 1) {
      const events = Array.from({ length: ENTITIES * EVENTS_EACH }, (_, n) =>
        pluginEvent('stockitem.moved', { id: n % ENTITIES }),
      )
      sent += EVENTS_EACH
      // A producer's retry publishes some of them twice.
      await s.publish([...events, ...events.slice(0, ENTITIES)])
      await replicas.hurtOne(round)
    }
    await s.caughtUp(TIMEOUT_MS)
    const states =
      store === 'postgres'
        ? await readRows(query, 'counting')
        : await readStates(stateTopicOf(s.topic, s.groupId), PARTITIONS, 'counting')
    expect([...states.values()].map(({ value }) => value)).toEqual(
      Array.from({ length: ENTITIES }, () => {
        return { count: sent, last: expect.any(Number), disorder: 0 }
      }),
    )
  },
  TIMEOUT_MS,
)
