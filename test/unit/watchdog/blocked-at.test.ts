import { expect, it } from 'vitest'
import { type Frame, isForeign, linesOf } from '../../../src/watchdog/blocked-at.ts'

const ours = new URL('../../../src/pipeline/handle/handle.ts', import.meta.url).href
const example = new URL('../../../src/examples/picky.js', import.meta.url).href

function frame(url: string, functionName = '', line = 1): Frame {
  return { url, functionName, line }
}

it.each([
  ['file:///plugins/blocks.ts', true],
  ['file:///plugins/node_modules/slow/index.js', true],
  ['', true],
  [example, true],
  [ours, false],
  ['node:internal/process/task_queues', false],
])('tells whose code it is: %s', (url, answer) => {
  expect(isForeign({ url })).toBe(answer)
})

it('leaves out what Node does in between', () => {
  const stack = [
    frame('node:fs', 'readFileSync', 9),
    frame('file:///plugins/blocks.ts', 'spin', 12),
    frame('', '', 3),
    frame('node:internal/process/task_queues', 'runNextTicks', 65),
    frame(ours, 'handle', 40),
  ]
  expect(linesOf(stack)).toEqual([
    'spin (file:///plugins/blocks.ts:12)',
    '?:3',
    `handle (${ours}:40)`,
  ])
})

it('names the innermost line of a plugin even where our own code is deeper than what is shown', () => {
  const deep = Array.from({ length: 20 }, () => frame(ours, 'walk', 7))
  const lines = linesOf([...deep, frame('file:///plugins/blocks.ts', 'processEvent', 5)])
  expect(lines).toHaveLength(5)
  expect(lines.at(-1)).toBe('processEvent (file:///plugins/blocks.ts:5)')
})

it('names what there is where all is of Node', () => {
  const stack = [frame('node:internal/process/task_queues', 'runNextTicks', 65)]
  expect(linesOf(stack)).toEqual(['runNextTicks (node:internal/process/task_queues:65)'])
})
