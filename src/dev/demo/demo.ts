import { rm } from 'node:fs/promises'
import { relative } from 'node:path'
import { type Stack, stackDown, stackUp } from '../stack/stack.ts'
import { entitiesOf, generateStream } from '../workload/stream.ts'
import { counted, figure } from './check.ts'
import { Cleanup } from './cleanup.ts'
import { gatherEvidence } from './evidence.ts'
import { expect } from './expectation.ts'
import type { Evidence } from './findings.ts'
import { keepRunning } from './keep.ts'
import { loadSamplePlugins } from './plugins.ts'
import { makeMalformedRecords, publishAll } from './publish.ts'
import { scrapeAll, startReplicas, stopReplicas } from './replicas.ts'
import { type DemoOptions, openRun, type Run } from './run.ts'
import { setUp } from './set-up.ts'
import { formatChecks, formatTable } from './table.ts'
import { judge } from './verdict.ts'
import { waitUntilCaughtUp } from './wait-for-lag-zero.ts'

/**
 * Runs the demo, from empty topics to the verdict, and with `keep` on until it is interrupted. Returns whether all
 * checks passed. Removes whatever it started and created.
 */
export async function runDemo(options: DemoOptions): Promise<boolean> {
  const { say, signal } = options
  const undo = new Cleanup(say)
  let needsLogs = false
  try {
    const stack = await bringUp(options, undo)
    const run = await openRun(options, stack)
    undo.add(
      `delete ${shown(run)}`,
      async () => needsLogs || rm(run.workFolder, { recursive: true }),
    )
    const ok = await work(run, undo).catch((error) => {
      needsLogs = !signal.aborted
      if (needsLogs) say(`logs of the replicas: ${shown(run)}`)
      throw error
    })
    needsLogs = !ok
    if (!ok) say(`some checks failed; logs of the replicas: ${shown(run)}`)
    return ok
  } finally {
    await undo.run()
  }
}

async function bringUp(options: DemoOptions, undo: Cleanup): Promise<Stack> {
  const { folder, env, say, signal } = options
  const stack = await stackUp({ folder, env, say, signal })
  if (stack.started) undo.add('stop the stack', () => stackDown({ folder, env, say }))
  return stack
}

async function work(run: Run, undo: Cleanup): Promise<boolean> {
  await setUp(run, undo)
  const stream = generateStream(run)
  const malformed = await makeMalformedRecords(run)
  const plugins = await loadSamplePlugins(run)
  const expected = await expect(plugins, stream, malformed)

  const replicas = await startReplicas(run, undo)
  const startMs = Date.now()
  await publishAll(run, stream, malformed)
  await waitUntilCaughtUp(run)
  const seconds = (Date.now() - startMs) / 1000

  const samples = (await scrapeAll(replicas)).flat()
  const exits = run.keep ? undefined : await stopReplicas(replicas)
  const found = await gatherEvidence(run, samples, exits)
  const checks = judge(expected, found)
  const ok = checks.every((check) => check.ok)

  const slugs = plugins.map(({ slug }) => slug)
  run.print(`\n${formatTable(slugs, found.counts)}\n\n${formatChecks(checks)}\n`)
  if (ok) run.print(summary(run, found, seconds))
  if (run.keep) await keepRunning(run, replicas, undo)
  return ok
}

function summary({ events, replicas }: Run, found: Evidence, seconds: number): string {
  const entities = `${figure(entitiesOf(events))} entities`
  const handled = `${figure(found.effects.length)} effects by ${counted(replicas, 'replica')}`
  return `${counted(events, 'event')} of ${entities}, ${handled}, published to committed in ${seconds.toFixed(1)} s.`
}

function shown({ workFolder }: { workFolder: string }): string {
  return relative(process.cwd(), workFolder)
}
