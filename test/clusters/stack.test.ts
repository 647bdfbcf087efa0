import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { markOf } from '../../src/dev/stack/maven-stack.ts'
import { machineProbes } from '../../src/dev/stack/probes.ts'
import { pidsMarked } from '../../src/dev/stack/process/processes.ts'
import { brokerIsReady, isRegistryReady } from '../../src/dev/stack/readiness.ts'
import { until } from '../support/stack.ts'

const BIN = resolve('bin/inventory-events.js')
const noMaven = await machineProbes.maven()

let home: string
let mark: string
beforeAll(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'stack-')))
  mark = markOf(join(home, '.inventory-events', 'stack'))
  const jars = resolve('.inventory-events', 'jars')
  await mkdir(jars, { recursive: true })
  await mkdir(join(home, '.inventory-events'))
  await symlink(jars, join(home, '.inventory-events', 'jars'))
})
afterAll(async () => {
  await stack('down').ended
  await rm(home, { recursive: true, force: true })
})

interface Run {
  child: ChildProcess
  output: { out: string; err: string }
  ended: Promise<number | null>
}

/** Runs `inventory-events stack …` in a directory of its own, as if without a Docker engine. */
function stack(command: string): Run {
  const { KAFKA_BROKERS: _, SCHEMA_REGISTRY_URL: __, ...env } = process.env
  const child = spawn(process.execPath, [BIN, 'stack', command], {
    cwd: home,
    env: { ...env, DOCKER_HOST: 'unix:///there-is-no-docker-here.sock' },
  })
  const output = { out: '', err: '' }
  child.stdout.on('data', (text) => {
    output.out += text
  })
  child.stderr.on('data', (text) => {
    output.err += text
  })
  return { child, output, ended: new Promise((end) => child.on('close', (code) => end(code))) }
}

async function finished(command: string, expected = 0): Promise<string> {
  const run = stack(command)
  expect(await run.ended, run.output.err).toBe(expected)
  return run.output.out
}

/** Resolves once the start has a running process; rejects if it ends first. */
async function underWay({ ended, output }: Run): Promise<void> {
  const running = async () => (await pidsMarked(mark)).length > 0
  const tooSoon = ended.then((code) => {
    throw new Error(`it ended with ${code}: ${output.err}`)
  })
  await Promise.race([until(running, { what: 'the start to be running' }), tooSoon])
}

const ASSIGNMENTS = /^export KAFKA_BROKERS=(\S+)\nexport SCHEMA_REGISTRY_URL=(\S+)\n$/

describe.skipIf(noMaven !== undefined)('a stack from Maven', () => {
  it('starts after a start that was killed halfway, once for all callers, and stops', async () => {
    const killed = stack('up')
    await underWay(killed)
    killed.child.kill('SIGKILL')
    await killed.ended

    const [first, second] = await Promise.all([finished('up'), finished('up')])
    expect(first).toMatch(ASSIGNMENTS)
    expect(second).toBe(first)
    expect(await finished('status')).toBe(first)
    expect(await pidsMarked(mark)).toHaveLength(2)
    const running = stack('up')
    await running.ended
    const [, url = ''] = /^console: (http:\/\/127\.0\.0\.1:\d+\/)$/m.exec(running.output.err) ?? []
    expect(await (await fetch(`${url}api/session`)).json()).toMatchObject({ isLocal: true })
    const missing = async () => {
      const overview = await fetch(`${url}api/overview`)
      return overview.status === 503 && (await overview.text()).includes('topic does not exist')
    }
    await until(missing, { what: 'the console to name the topics that are missing' })
    expect(await pidsMarked(`${mark}.console`)).toHaveLength(1)
    const [, brokers, registryUrl] = ASSIGNMENTS.exec(first)!
    expect(await brokerIsReady(brokers!)).toBe(true)
    expect(await isRegistryReady(registryUrl!)).toBe(true)

    expect(await finished('down')).toBe('')
    expect(await pidsMarked(mark)).toEqual([])
    expect(await pidsMarked(`${mark}.console`)).toEqual([])
    expect(await brokerIsReady(brokers!)).toBe(false)
    expect(await finished('status', 1)).toBe('')
  })

  it('leaves nothing behind when a start is interrupted', async () => {
    const interrupted = stack('up')
    await underWay(interrupted)
    interrupted.child.kill('SIGINT')
    expect(await interrupted.ended).not.toBe(0)
    expect(await pidsMarked(mark)).toEqual([])
    expect(interrupted.output.out).toBe('')
  })
})
