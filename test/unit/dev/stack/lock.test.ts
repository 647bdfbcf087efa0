import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { withLock } from '../../../../src/dev/stack/lock.ts'
import { startTimeOf } from '../../../../src/dev/stack/process/processes.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const said: string[] = []
const options = { timeoutMs: 60_000, say: (message: string) => said.push(message) }
const lock = () => join(folder, 'stack.lock')

describe('the lock of the stack', () => {
  it('has one holder at a time, and leaves no file behind', async () => {
    let inside = 0
    let most = 0
    const work = async () => {
      most = Math.max(most, ++inside)
      await new Promise(setImmediate)
      inside--
    }
    await Promise.all(Array.from({ length: 5 }, () => withLock(lock(), options, work)))
    expect(most).toBe(1)
    expect(await readdir(folder)).toEqual([])
  })

  it('passes on what the work returns or throws', async () => {
    expect(await withLock(lock(), options, async () => 7)).toBe(7)
    const broken = withLock(lock(), options, async () => Promise.reject(new Error('broken')))
    await expect(broken).rejects.toThrow('broken')
    expect(await readdir(folder)).toEqual([])
  })

  it('takes over from a process that is gone, even if its pid is reused', async () => {
    for (const holder of ['999999999 1 x', `${process.pid} 1 x`]) {
      await writeFile(lock(), holder)
      expect(await withLock(lock(), options, async () => 'in')).toBe('in')
    }
  })

  it('logs the holder it waits for, and fails after its limit', async () => {
    await writeFile(lock(), `${process.pid} ${await startTimeOf(process.pid)} other`)
    const refusal = withLock(lock(), { ...options, timeoutMs: 0 }, async () => 'in')
    await expect(refusal).rejects.toMatchObject({ code: 'STACK_UNAVAILABLE', retryable: true })
    expect(said.at(-1)).toContain(`process ${process.pid}`)
  })
})
