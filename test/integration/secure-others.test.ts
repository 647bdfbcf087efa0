import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { createRegistry } from '../../src/avro/registry/registry.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import { currentPostgresUrl } from '../../src/config/postgres-login.ts'
import type { PostgresUrl } from '../../src/config/value-types.ts'
import { PostgresPool } from '../../src/idempotency/postgres/pool.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { rotatedFile } from '../support/rotated-file.ts'
import { type Authority, createAuthority } from '../support/secure-certificates.ts'

let folder: string
let authority: Authority
let stranger: Authority

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'secure-others-'))
  // Postgres runs as another user.
  chmodSync(folder, 0o755)
  authority = createAuthority(folder, 'known')
  stranger = createAuthority(folder, 'stranger')
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('connects to a registry over TLS whose CA is replaced at run time', async () => {
  const { cert, key } = authority.sign('registry')
  const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (_, answer) =>
    answer.writeHead(200, { 'content-type': 'application/json', connection: 'close' }).end('[]'),
  )
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const ca = join(folder, 'ca-in-use.pem')
  copyFileSync(stranger.cert, ca)
  const SCHEMA_REGISTRY_URL = `https://localhost:${port}`
  const settings = { SCHEMA_REGISTRY_URL, SCHEMA_REGISTRY_CA_FILE: ca }
  const registry = createRegistry(loadConfig(settings, { required: ['SCHEMA_REGISTRY_URL'] }))
  await expect(registry.check()).rejects.toMatchObject({
    code: 'REGISTRY_UNAVAILABLE',
    message: expect.stringMatching(/trusted authority: SCHEMA_REGISTRY_CA$/),
  })
  copyFileSync(authority.cert, ca)
  await registry.check()
})

it('connects to Postgres with the password and certificates that the files hold by then', async () => {
  const postgres = await startPostgres()
  onTestFinished(() => postgres.remove())
  const file = rotatedFile(postgres.url)
  const config = loadConfig({ IDEMPOTENCY_STORE_FILE: file.path })
  const url = () => currentPostgresUrl(config, postgres.url as PostgresUrl)
  const pool = new PostgresPool({ url, connectionsMax: 1, onError: () => {} })
  onTestFinished(() => pool.end())
  const held = await pool.connect()
  await held.query("ALTER USER postgres PASSWORD 'next'")
  // Both wait for the connection: what they get is asked for by the pool, not by them.
  const waiting = [1, 2].map(() => pool.query({ text: 'SELECT 1' }))
  file.remove()
  held.release(true)
  for (const each of waiting) {
    await expect(each).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('IDEMPOTENCY_STORE_FILE: cannot be read'),
    })
  }
  file.put(postgres.url)
  await expect(pool.query({ text: 'SELECT 1' })).rejects.toThrow(/password authentication failed/)
  file.put(postgres.url.replace(':password@', ':next@'))
  expect((await pool.query({ text: 'SELECT 1' })).rowCount).toBe(1)
})

it('connects to Postgres over TLS only if it can verify the server, by an authority that may be replaced', async () => {
  const { cert, key } = authority.sign('postgres')
  if (process.getuid?.() === 0) execFileSync('chown', ['nobody', key])
  const tls = ['ssl=on', `ssl_cert_file=${cert}`, `ssl_key_file=${key}`, 'fsync=off']
  const postgres = await startPostgres(tls.flatMap((flag) => ['-c', flag]))
  onTestFinished(() => postgres.remove())
  const at = postgres.url.replace('127.0.0.1', 'localhost')

  function asking(parameters: string): () => Promise<unknown> {
    const url = `${at}?${parameters}`
    loadConfig({ IDEMPOTENCY_STORE: url })
    const pool = new PostgresPool({ url: () => url, connectionsMax: 1, onError: () => {} })
    onTestFinished(() => pool.end())
    const text = 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()'
    return async () => (await pool.query({ text })).rows[0]
  }
  const isEncrypted = (parameters: string) => asking(parameters)()

  const checked = (ca: string) => `sslmode=verify-full&sslrootcert=${ca}`
  expect(await isEncrypted(checked(authority.cert))).toEqual({ ssl: true })
  expect(await isEncrypted('sslmode=disable')).toEqual({ ssl: false })
  const file = rotatedFile(readFileSync(stranger.cert, 'utf8'))
  const ask = asking(checked(file.path))
  await expect(ask()).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
    message: expect.stringMatching(
      /^Postgres at localhost:\d+\/postgres: .* authority: sslrootcert$/,
    ),
  })
  file.put(readFileSync(authority.cert, 'utf8'))
  expect(await ask()).toEqual({ ssl: true })
})
