import { expect, it } from 'vitest'
import { formatChecks, formatTable } from '../../../../src/dev/demo/table.ts'
import { NO_COUNTS } from '../../../../src/dev/replicas/counts.ts'

it('has a row for each plugin, and one for unreadable records', () => {
  const counts = new Map([
    ['*', { ...NO_COUNTS, deadLettered: 2 }],
    [
      'every-event',
      { wanted: 20_212, processed: 20_010, duplicate: 200, retried: 0, deadLettered: 2 },
    ],
  ])
  expect(formatTable(['every-event', 'picky'], counts)).toBe(
    [
      'plugin        wanted  processed  duplicate  retried  dead-lettered',
      'every-event   20,212     20,010        200        0              2',
      'picky              0          0          0        0              0',
      '(unreadable)       0          0          0        0              2',
    ].join('\n'),
  )
})

it('shows whether each check passed', () => {
  const checks = [
    { name: 'nothing lost', ok: true, detail: '5 effects' },
    { name: 'order', ok: false, detail: 'b after c' },
  ]
  expect(formatChecks(checks)).toBe(
    'ok      nothing lost  5 effects\nFAILED  order         b after c',
  )
})
