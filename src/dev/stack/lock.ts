import { randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { InventoryEventsError } from '../../util/errors.ts'
import { waitUntil } from './process/poll.ts'
import { startTimeOf } from './process/processes.ts'

export interface LockOptions {
  timeoutMs: number
  say: (message: string) => void
  signal?: AbortSignal | undefined
}

/**
 * Runs the work while holding the lock file. The lock of a process that no longer runs is ignored.
 * Throws STACK_UNAVAILABLE if another process holds it for longer than `timeoutMs`.
 */
export async function withLock<T>(
  path: string,
  options: LockOptions,
  work: () => Promise<T>,
): Promise<T> {
  const mine = `${process.pid} ${await startTimeOf(process.pid)} ${randomUUID()}`
  await mkdir(dirname(path), { recursive: true })
  await acquire(path, mine, options)
  try {
    return await work()
  } finally {
    if ((await contentOf(path)) === mine) await rm(path, { force: true })
  }
}

async function acquire(path: string, mine: string, options: LockOptions): Promise<void> {
  let isLogged = false
  const tryOnce = async () => {
    if (await create(path, mine)) return true
    const holder = await contentOf(path)
    if (holder === undefined) return false
    if (!(await isAlive(holder))) await removeStale(path, holder)
    else if (!isLogged) {
      isLogged = true
      options.say(`waiting for another stack command (process ${pidOf(holder)})`)
    }
    return false
  }
  if (await waitUntil(tryOnce, options)) return
  if (options.signal?.aborted) throw new InventoryEventsError('STACK_UNAVAILABLE', 'interrupted')
  throw new InventoryEventsError(
    'STACK_UNAVAILABLE',
    `waited ${options.timeoutMs / 1000} s for the stack command of process ${pidOf((await contentOf(path)) ?? '?')} to end; the lock is ${path}`,
    { retryable: true },
  )
}

/** Creating a hard link is atomic, so no process ever reads a lock without its content. */
async function create(path: string, mine: string): Promise<boolean> {
  const draft = `${path}.${randomUUID()}`
  await writeFile(draft, mine)
  try {
    await link(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}

/** Moves a dead holder's lock away; if another process has replaced it in the meantime, puts that back. */
async function removeStale(path: string, holder: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`
  await rename(path, aside).catch(() => {})
  const moved = await contentOf(aside)
  if (moved !== undefined && moved !== holder) await link(aside, path).catch(() => {})
  await rm(aside, { force: true })
}

async function isAlive(holder: string): Promise<boolean> {
  const startTime = await startTimeOf(pidOf(holder))
  return startTime !== undefined && holder.startsWith(`${pidOf(holder)} ${startTime} `)
}

function pidOf(holder: string): number {
  return Number(holder.split(' ')[0])
}

function contentOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined)
}
