import { cp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Scene } from './check.ts'
import { Failure, run } from './command.ts'

/** Switches on what has defaults of its own, most of which an earlier chart did not have. */
const SWITCHED_ON = [
  'config.KAFKA_BROKERS=kafka:9092',
  'config.SCHEMA_REGISTRY_URL=http://registry:8081',
  'config.EVENTS_ENABLED=true',
  'worker.plugins.modules={/app/dist/examples/every-event.js}',
  'worker.autoscaling.type=keda',
  'gateway.enabled=true',
  'gateway.secrets.GATEWAY_SECRETS.existingSecret=webhooks',
  'gateway.secrets.GATEWAY_SECRETS.key=secrets',
  'gateway.ingress.enabled=true',
  'gateway.ingress.hosts={hooks.example.com}',
  'gateway.httpRoute.enabled=true',
  'gateway.httpRoute.parentRefs[0].name=public',
  'gateway.autoscaling.type=hpa',
  'console.enabled=true',
  'console.secrets.CONSOLE_USERS.existingSecret=console',
  'console.secrets.CONSOLE_USERS.key=users',
  'console.ingress.enabled=true',
  'console.ingress.hosts={console.example.com}',
  'serviceMonitor.enabled=true',
  'prometheusRule.enabled=true',
  'dashboards.enabled=true',
  'setup.topics.create=true',
  'setup.schemas.register=true',
]

/**
 * Renders the chart as "helm upgrade --reuse-values" does: with the values.yaml of an earlier chart in place
 * of its own. What comes out must be what the chart's own values give.
 */
export async function checkEarlierValues({ root, work, tools }: Scene): Promise<string> {
  const chart = join(root, 'helm')
  const earlier = join(chart, 'tests', 'earlier')
  const render = (folder: string) => {
    const set = SWITCHED_ON.flatMap((each) => ['--set', each])
    return run([tools.helm, 'template', 'check', folder, ...set])
  }
  const expected = await render(chart)
  const files = (await readdir(earlier)).sort()
  for (const file of files) {
    const copy = join(work, file)
    await cp(chart, copy, { recursive: true })
    await cp(join(earlier, file), join(copy, 'values.yaml'))
    const rendered = await render(copy)
    await rm(copy, { recursive: true })
    if (rendered !== expected) throw new Failure(`${file}: ${firstDifference(rendered, expected)}`)
  }
  return files.join(', ')
}

function firstDifference(rendered: string, expected: string): string {
  const [ours, theirs] = [rendered.split('\n'), expected.split('\n')]
  const at = ours.findIndex((line, index) => line !== theirs[index])
  return `line ${at + 1}: expected "${theirs[at]}", got "${ours[at]}"`
}
