import { describe, expect, it } from 'vitest'
import { ANSWERS, type Answer, type Situation } from '../../../src/control/commands.ts'

const SITUATIONS: Situation[] = [
  'enabled',
  'paused',
  'disabled',
  'catching-up',
  'rebuilding',
  'unknown',
]

function shown(answer: Answer): string {
  return answer.type === 'set' ? answer.state : answer.type
}

describe('every command has an answer in every situation', () => {
  it.each([
    ['pause', 'paused', 'unchanged', 'refused', 'refused', 'refused', 'refused'],
    ['resume', 'unchanged', 'enabled', 'refused', 'refused', 'refused', 'refused'],
    ['enable', 'unchanged', 'refused', 'enabled', 'refused', 'refused', 'refused'],
    ['enable --from', 'refused', 'refused', 'catch-up', 'catch-up', 'refused', 'refused'],
    ['disable', 'disabled', 'disabled', 'unchanged', 'disabled', 'disabled', 'refused'],
  ] as const)('%s', (command, ...expected) => {
    const answers = ANSWERS[command]
    expect(SITUATIONS.map((situation) => shown(answers[situation]))).toEqual(expected)
    expect(Object.keys(answers).sort()).toEqual([...SITUATIONS].sort())
  })

  it('and there are no other commands', () => {
    expect(Object.keys(ANSWERS)).toHaveLength(5)
  })
})

it('a refusal names the plugin and what to do, or that there is none', () => {
  const refusals = Object.values(ANSWERS).flatMap((answers) =>
    Object.entries(answers).flatMap(([situation, answer]) =>
      answer.type === 'refused' ? [{ situation, text: answer.why('cold-chain') }] : [],
    ),
  )
  expect(refusals).toHaveLength(17)
  for (const { situation, text } of refusals) {
    expect(text).toContain('cold-chain')
    expect(text).toMatch(situation === 'unknown' ? /no plugin/ : /"[a-z]+.*"|enable it first/)
  }
})
