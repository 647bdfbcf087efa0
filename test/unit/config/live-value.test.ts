import { expect, it, vi } from 'vitest'
import { liveValue } from '../../../src/config/live-value.ts'
import { loadConfig } from '../../../src/config/load-config.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { rotatedFile } from '../../support/rotated-file.ts'

const [FIRST, SECOND] = ['the-first-token-of-ours', 'the-second-token-of-ours'] as const

function setUp(env: Record<string, string>) {
  const clock = new ManualClock()
  const log = { info: vi.fn(), warn: vi.fn() }
  return { clock, log, token: liveValue(loadConfig(env), 'ADMIN_TOKEN', { clock, log }) }
}

it('is read again from its file, once a second at most', async () => {
  const file = rotatedFile(FIRST)
  const { clock, token } = setUp({ ADMIN_TOKEN_FILE: file.path })
  file.put(SECOND)
  await clock.advance(999)
  expect(token?.()).toBe(FIRST)
  await clock.advance(1)
  expect(token?.()).toBe(SECOND)
  file.put(FIRST)
  expect(token?.()).toBe(SECOND)
})

it('stays while the file cannot be read or holds no valid value; the log shows no secret', async () => {
  const file = rotatedFile(FIRST)
  const { clock, log, token } = setUp({ ADMIN_TOKEN_FILE: file.path })
  file.put('too short')
  await clock.advance(1_000)
  expect(token?.()).toBe(FIRST)
  file.remove()
  await clock.advance(1_000)
  expect(token?.()).toBe(FIRST)
  expect(log.warn.mock.calls).toEqual([
    [
      { error: expect.stringContaining('ADMIN_TOKEN_FILE: expected at least 16 characters') },
      'the last value of ADMIN_TOKEN stays in use',
    ],
  ])
  expect(JSON.stringify(log.warn.mock.calls)).not.toContain('too short')
  file.put(SECOND)
  await clock.advance(1_000)
  expect(token?.()).toBe(SECOND)
  expect(log.info.mock.calls[0]?.[1]).toMatch(/^ADMIN_TOKEN_FILE can be read again/)
})

it('is fixed without a file, and undefined if the setting is not set', () => {
  expect(setUp({ ADMIN_TOKEN: FIRST }).token?.()).toBe(FIRST)
  expect(setUp({}).token).toBeUndefined()
})
