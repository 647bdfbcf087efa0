import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { alertRules, thresholdOf } from '../alert-rules.ts'
import type { Scene } from './check.ts'
import { Failure, run } from './command.ts'
import { manifestsIn } from './rendered.ts'

type Changes = Record<string, { threshold?: number; for?: string; enabled?: boolean }>

interface Rule {
  alert?: string
  expr: string
  for?: string
}

/** A number and a time that no rule has. */
const CHANGED = { threshold: 98_765, for: '47m' }

/** Changes each alert that the chart has, then switches each off: no other may be changed or lost. */
export async function checkAlertChanges(scene: Scene): Promise<string> {
  const all = alertRules()
  const adjustable = all.filter((rule) => thresholdOf(rule) !== undefined)
  const changes: Changes = Object.fromEntries(all.map(({ alert }) => [alert, { for: CHANGED.for }]))
  for (const { alert } of adjustable) changes[alert] = CHANGED
  const changed = await render(scene, changes)
  for (const { alert, expr, for: time } of changed) {
    const isAdjustable = adjustable.some((rule) => rule.alert === alert)
    if (time !== CHANGED.for || expr.includes(`${CHANGED.threshold}`) !== isAdjustable)
      throw new Failure(
        `${alert}: expected ${JSON.stringify(changes[alert!])}, got ${time} ${expr}`,
      )
  }
  const missing = all.filter(({ alert }) => !changed.some((rule) => rule.alert === alert))
  const off: Changes = Object.fromEntries(all.map(({ alert }) => [alert, { enabled: false }]))
  const left = await render(scene, off)
  const wrong = [...missing, ...left].map(({ alert }) => alert)
  if (wrong.length > 0) throw new Failure(`lost, or not switched off: ${wrong.join(', ')}`)
  return `${all.length} alerts, ${adjustable.length} with a threshold`
}

/** The alerts of the chart with these changes. */
async function render({ root, work, tools }: Scene, alerts: Changes): Promise<Rule[]> {
  const chart = join(root, 'helm')
  const values = join(work, 'values.yaml')
  await writeFile(values, stringify({ prometheusRule: { enabled: true, alerts } }))
  const base = join(chart, 'ci', 'gateway-values.yaml')
  const command = [tools.helm, 'template', 'check', chart, '-f', base, '-f', values]
  const manifests = manifestsIn(await run(command))
  const objects = manifests.filter(({ kind }) => kind === 'PrometheusRule')
  const groups = objects.flatMap(
    ({ spec }) => (spec as { groups: { rules: Rule[] }[] | null }).groups ?? [],
  )
  return groups.flatMap(({ rules }) => rules).filter(({ alert }) => alert !== undefined)
}
