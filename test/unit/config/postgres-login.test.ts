import { expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load-config.ts'
import { currentPostgresUrl } from '../../../src/config/postgres-login.ts'
import { rotatedFile } from '../../support/rotated-file.ts'

const STARTED = 'postgres://ann:first@db:5432/events?sslmode=verify-full'

function currently(content: string): string {
  const file = rotatedFile(STARTED)
  const config = loadConfig({ IDEMPOTENCY_STORE_FILE: file.path })
  file.put(content)
  return currentPostgresUrl(config, STARTED)
}

it('takes the user and password that the file holds by now', () => {
  const rotated = 'postgres://bob:p%40ss@db:5432/events?sslmode=verify-full'
  expect(currently(`${rotated}\n`)).toBe(rotated)
  expect(currently('postgres://db/events?user=bob&password=next')).toBe(
    'postgres://db:5432/events?sslmode=verify-full&user=bob&password=next',
  )
})

it('keeps the database, its parameters and the kind of store that the process started with', () => {
  expect(currently('postgres://bob:next@other/else')).toBe(
    'postgres://bob:next@db:5432/events?sslmode=verify-full',
  )
  expect(currently('memory:')).toBe(STARTED)
})
