import { expect, it } from 'vitest'
import { createProgressLine } from '../../../../src/cli/shared/progress-line.ts'

function lineOn(isTTY: boolean) {
  const written: string[] = []
  const time = { ms: 0 }
  const stream = { isTTY, write: (text: unknown) => written.push(String(text)) > 0 }
  return { progress: createProgressLine(stream, () => time.ms), written, time }
}

it('is updated in place on a terminal, at most five times a second', () => {
  const { progress, written, time } = lineOn(true)
  progress.show('1')
  progress.show('2')
  time.ms = 200
  progress.show('3')
  progress.print(['line 7: bad'])
  progress.clear()
  expect(written).toEqual(['\r\x1b[K1', '\r\x1b[K3', '\r\x1b[Kline 7: bad\n', '\r\x1b[K'])
})

it('is not written to other streams, but printed lines are', () => {
  const { progress, written } = lineOn(false)
  progress.show('1')
  progress.print(['a', 'b'])
  progress.clear()
  expect(written).toEqual(['a\nb\n'])
})
