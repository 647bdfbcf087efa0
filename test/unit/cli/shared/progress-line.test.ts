import { expect, it, vi } from 'vitest'
import { printError } from '../../../../src/cli/shared/output.ts'
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

it('is cleared before anything else is printed, and once', () => {
  const { progress, written } = lineOn(true)
  const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    return written.push(String(text)) > 0
  })
  progress.show('2778 of 26370')
  printError('error: interrupted')
  printError('resume with --resume')
  write.mockRestore()
  expect(written).toEqual([
    '\r\x1b[K2778 of 26370',
    '\r\x1b[K',
    'error: interrupted\n',
    'resume with --resume\n',
  ])
})

it('shows names of others without what a terminal would obey', () => {
  const { progress, written } = lineOn(true)
  progress.show('reading \x1b[2J')
  progress.print(['line 1: \x9b2J\nline 2'])
  progress.clear()
  expect(written.slice(0, 2)).toEqual([
    '\r\x1b[Kreading \\x1b[2J',
    '\r\x1b[Kline 1: \\x9b2J\nline 2\n',
  ])
})
