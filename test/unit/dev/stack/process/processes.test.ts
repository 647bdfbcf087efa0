import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { waitUntil } from '../../../../../src/dev/stack/process/poll.ts'
import {
  endMarked,
  pidsMarked,
  startTimeOf,
} from '../../../../../src/dev/stack/process/processes.ts'
import { writeExecutable } from '../../../../support/write-executable.ts'

const OWNER = fileURLToPath(new URL('../../../../support/owner.ts', import.meta.url))

let folder: string
let mark: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'processes-'))
  mark = `-Dtest.mark=${folder.split('-').at(-1)}`
})
afterEach(async () => {
  await endMarked(mark)
  await rm(folder, { recursive: true, force: true })
})

function sleeper(argument: string) {
  const script = 'setInterval(() => {}, 1000)'
  return spawn(process.execPath, ['-e', script, '--', argument], { stdio: 'ignore' })
}

const marked = (count: number) =>
  waitUntil(async () => (await pidsMarked(mark)).length === count, { timeoutMs: 60_000 })

describe('processes found by their mark', () => {
  it('are ended, and no others', async () => {
    const stranger = sleeper(`${mark}x`)
    const child = sleeper(mark)
    expect(await marked(1)).toBe(true)
    expect(await pidsMarked(mark)).toEqual([child.pid])
    await endMarked(mark)
    expect(await pidsMarked(mark)).toEqual([])
    expect(await pidsMarked(`${mark}x`)).toEqual([stranger.pid])
    stranger.kill()
  })

  it('have a start time only while they run', async () => {
    expect(await startTimeOf(process.pid)).toBe(await startTimeOf(process.pid))
    expect(await startTimeOf(process.pid)).toBeTruthy()
    expect(await startTimeOf(999_999_999)).toBeUndefined()
  })
})

describe('a process that is owned', () => {
  it('dies with its owner, even when the owner is killed', async () => {
    // A fake Java: runs until it is ended, with the mark among its arguments.
    const java = join(folder, 'bin', 'java')
    await mkdir(join(folder, 'bin'))
    writeExecutable(java, '#!/bin/sh\nwhile :; do sleep 0.2; done\n')
    const owner = spawn(process.execPath, [OWNER, folder, mark], {
      env: { ...process.env, JAVA_HOME: folder },
      stdio: 'inherit',
    })
    const runs = async () => (await pidsMarked(mark)).some((pid) => pid !== owner.pid)
    expect(await waitUntil(runs, { timeoutMs: 60_000 })).toBe(true)
    owner.kill('SIGKILL')
    expect(await marked(0)).toBe(true)
  })
})
