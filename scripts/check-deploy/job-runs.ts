import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { startTestStack } from '../../test/support/stack-setup.ts'
import type { Scene } from './check.ts'
import { Failure, outcomeOf, run } from './command.ts'
import { type Manifest, manifestsIn } from './rendered.ts'

interface JobManifest extends Manifest {
  spec: {
    backoffLimit: number
    template: { spec: { restartPolicy: string; containers: [JobContainer] } }
  }
}

interface JobContainer {
  args: string[]
  env: { name: string; value: string }[]
  envFrom: [{ configMapRef: { name: string } }]
}

interface Step {
  args: string[]
  /** How often the handler has been called after it. */
  calls: number
  says: RegExp
}

const PLUGIN = `
import { appendFile } from 'node:fs/promises'
import { definePlugin } from 'inventory-events'

export default definePlugin({
  slug: 'count',
  title: 'Counts calls',
  wantsProcessEvent: () => true,
  processEvent: (event) => appendFile(process.env.CALLS, \`\${event.id}\\n\`),
})
`
const EVENTS = 5
const ROOT = join(import.meta.dirname, '..', '..')
const PROGRAM = [process.execPath, join(ROOT, 'bin', 'inventory-events.js')]

const BEFORE_EVENTS: Step[] = [
  { args: ['topics', 'create', '--partitions', '2'], calls: 0, says: /created/ },
  { args: ['schemas', 'register'], calls: 0, says: /registered/ },
]
const STEPS: Step[] = [
  {
    args: ['replay', '--plugin', 'count', '--from', '1h', '--yes'],
    calls: EVENTS,
    says: /: done; .* processed 5/,
  },
  { args: ['plugins', 'disable', 'count'], calls: EVENTS, says: /disabled/ },
  {
    args: ['plugins', 'enable', 'count', '--from', '1h', '--yes'],
    calls: 2 * EVENTS,
    says: /enabled/,
  },
  { args: ['explain', 'evt_1'], calls: 2 * EVENTS, says: /processed/ },
  {
    args: ['dead-letters', 'redrive', '--plugin', 'count'],
    calls: 2 * EVENTS,
    says: /^0 to redrive/,
  },
]

/** Renders jobs as the docs say, and runs what their containers would run on a real Kafka: each once. */
export async function checkJobs(scene: Scene): Promise<string> {
  const { brokers, registryUrl, stop } = await startTestStack()
  try {
    const plugin = join(scene.work, 'count.ts')
    const calls = join(scene.work, 'calls.txt')
    const values = join(scene.work, 'values.yaml')
    await writeFile(plugin, PLUGIN)
    await writeFile(calls, '')
    const config = { KAFKA_BROKERS: brokers, SCHEMA_REGISTRY_URL: registryUrl }
    const worker = { plugins: { modules: [plugin] }, env: [{ name: 'CALLS', value: calls }] }
    await writeFile(values, stringify({ config, worker }))
    for (const step of BEFORE_EVENTS) await runStep(step, values, scene, calls)
    await publish(config, scene.work)
    for (const step of STEPS) await runStep(step, values, scene, calls)
    return [...BEFORE_EVENTS, ...STEPS].map(({ args }) => args.slice(0, 2).join(' ')).join(', ')
  } finally {
    await stop()
  }
}

async function runStep(step: Step, values: string, scene: Scene, calls: string): Promise<void> {
  const name = step.args.join(' ')
  const { args, env } = await render(step.args, values, scene)
  const { code, output } = await outcomeOf([...PROGRAM, ...args], { env })
  if (code !== 0) throw new Failure(`${name}: exit ${code}\n${output}`)
  if (!step.says.test(output)) throw new Failure(`${name}: expected ${step.says}, got ${output}`)
  const lines = (await readFile(calls, 'utf8')).split('\n').length - 1
  if (lines !== step.calls) throw new Failure(`${name}: expected ${step.calls} calls, got ${lines}`)
}

/** What the container of the job runs, with the environment that it has. */
async function render(args: string[], values: string, { root, tools }: Scene) {
  const chart = join(root, 'helm')
  const set = ['--set', `job.args={${args.join(',')}}`]
  const command = [tools.helm, 'template', 'check', chart, '--values', values, ...set]
  const one = await run([...command, '--show-only', 'templates/job.yaml'])
  const { spec } = parse(one) as JobManifest
  const { restartPolicy, containers } = spec.template.spec
  if (restartPolicy !== 'Never' || spec.backoffLimit !== 0) throw new Failure('expected one run')
  const [container] = containers
  const all = manifestsIn(await run(command))
  const wanted = container.envFrom[0].configMapRef.name
  const map = all.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === wanted)
  if (!map) throw new Failure(`expected the ConfigMap ${wanted}`)
  const own = Object.fromEntries(container.env.map(({ name, value }) => [name, value]))
  return { args: container.args, env: { ...(map.data as Record<string, string>), ...own } }
}

async function publish(config: Record<string, string>, work: string): Promise<void> {
  const file = join(work, 'events.jsonl')
  const lines = Array.from({ length: EVENTS }, (_, i) => {
    const event = { name: 'stockitem.moved', args: [], kwargs: { id: i } }
    return JSON.stringify({ id: `evt_${i + 1}`, ...event })
  })
  await writeFile(file, `${lines.join('\n')}\n`)
  await run([...PROGRAM, 'publish', file], { env: config })
}
