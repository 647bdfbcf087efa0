import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { PluginRow } from '../../src/console/view/merge-plugins.ts'
import { SAMPLES } from '../../src/dev/workload/samples.ts'
import { endpoints, kafkaClient, until } from '../support/stack.ts'
import { startCli } from '../support/start-cli.ts'

/** Runs `inventory-events demo …` in a folder of its own, on the stack of the tests. */
async function startDemo(...args: string[]) {
  const cwd = await mkdtemp(join(tmpdir(), 'demo-'))
  const { brokers, registryUrl } = endpoints()
  const settings = { KAFKA_BROKERS: brokers, SCHEMA_REGISTRY_URL: registryUrl }
  const { child, output, ended } = startCli(['demo', ...args], settings, cwd)
  onTestFinished(async () => {
    child.kill('SIGTERM')
    await ended
    await rm(cwd, { recursive: true, force: true })
  })
  return { child, output, ended, cwd }
}

/** The demo's leftovers in Kafka and in the registry. */
async function leftovers(name: string): Promise<string[]> {
  const admin = kafkaClient().admin()
  await admin.connect()
  const topics = await admin.listTopics()
  const { groups } = await admin.listGroups()
  await admin.disconnect()
  const subjects = (await (await fetch(`${endpoints().registryUrl}/subjects`)).json()) as string[]
  const names = [...topics, ...groups.map(({ groupId }) => groupId), ...subjects]
  return names.filter((each) => each.startsWith(name))
}

/** A busy broker lists a deleted topic for a while. */
async function untilNothingIsLeft(name: string): Promise<void> {
  const isNothingLeft = async () => (await leftovers(name)).length === 0
  await until(isNothingLeft, { what: `nothing of ${name} to be left` })
}

function runName(output: string): string {
  return /demo-[0-9a-f]{6}/.exec(output)![0]
}

it('runs end to end, passes every check, and leaves nothing behind', async () => {
  const { output, ended, cwd } = await startDemo('--events', '400')
  expect(await ended, output.err + output.out).toBe(0)
  expect(output.out).toMatch(/^plugin +wanted +processed +duplicate +retried +dead-lettered$/m)
  const row = (slug: string) => output.out.match(new RegExp(`^${slug} .*$`, 'm'))![0].split(/ +/)
  expect(row('every-event')).toEqual(['every-event', '416', '410', '4', '0', '2'])
  expect(Number(row('flaky')[4])).toBeGreaterThan(0)
  expect(row('single-event')[0]).toBe('single-event')
  expect(Number(row('picky')[5])).toBeGreaterThanOrEqual(2)
  expect(output.out.match(/^ok {6}\S/gm)).toHaveLength(8)
  expect(output.out).not.toContain('FAILED')
  await untilNothingIsLeft(runName(output.err))
  expect(await readdir(join(cwd, '.inventory-events', 'demo'))).toEqual([])
})

it('keeps running with a console and more events until it is interrupted', async () => {
  const { child, output, ended } = await startDemo('--events', '100', '--replicas', '1', '--keep')
  const address = () => /console +(http:\/\/127\.0\.0\.1:\d+)\//.exec(output.err)?.[1]
  const url = await until(address, { what: 'the address of the console' })
  const processed = async () => {
    const answer = (await (await fetch(`${url}/api/plugins`)).json()) as { plugins?: PluginRow[] }
    return answer.plugins?.find(({ slug }) => slug === 'every-event')?.total.processed
  }
  // 110 are of the demo itself.
  await until(async () => ((await processed()) ?? 0) > 115, { what: 'more events to be handled' })
  const explained = await (await fetch(`${url}/api/event?id=${SAMPLES[0]!.id}&from=1h`)).text()
  expect(explained).toMatch(/"plugin":"flaky"/)
  child.kill('SIGINT')
  expect(await ended, output.err).toBe(0)
  await expect(fetch(url)).rejects.toThrow()
  await untilNothingIsLeft(runName(output.err))
})

it('cleans up when it is interrupted', async () => {
  const { child, output, ended } = await startDemo('--events', '5000')
  await until(() => output.err.includes('publishing'), { what: 'the demo to publish' })
  const name = runName(output.err)
  expect(await leftovers(name)).not.toEqual([])
  child.kill('SIGINT')
  expect(await ended, output.err).toBe(1)
  expect(output.err).toContain('interrupted')
  await untilNothingIsLeft(name)
})

it('rejects invalid options', async () => {
  const { output, ended } = await startDemo('--events', 'many')
  expect(await ended).toBe(1)
  expect(output.err).toContain('expected a whole number from 1 to 200000')
})
