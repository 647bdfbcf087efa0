import { expect, it } from 'vitest'
import type { DeadLetter } from '../../../src/dead-letter/dead-letter.ts'
import { type HeadersByName, headersByName, headersOf } from '../../../src/event/headers.ts'
import { replayDeadLetters } from '../../../src/replay/replay-dead-letters.ts'

async function written(headers: HeadersByName, replay: string | undefined) {
  const letters: DeadLetter[] = []
  const sink = replayDeadLetters(
    'live',
    replay,
  )({ write: async (letter) => void letters.push(letter) })
  await sink.write({
    topic: 't',
    partition: 0,
    key: null,
    value: null,
    headers: headersOf(headers),
  })
  return letters.map((letter) => headersByName(letter.headers, String))
}

it('a dead letter belongs to the live group, and names the replay if there is one', async () => {
  const headers = { 'dlq.plugin': 'p', 'dlq.group': 'live.replay.p.1' }
  expect(await written(headers, 'live.replay.p.1')).toEqual([
    { 'dlq.plugin': 'p', 'dlq.group': 'live', 'dlq.replay': 'live.replay.p.1' },
  ])
  expect(await written(headers, undefined)).toEqual([{ 'dlq.plugin': 'p', 'dlq.group': 'live' }])
})

it('undecodable records are not dead-lettered a second time', async () => {
  expect(await written({ 'dlq.plugin': '*' }, undefined)).toEqual([])
})
