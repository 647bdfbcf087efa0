import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'

export interface AlertRule {
  alert: string
  expr: string
  for?: string
  labels: { severity: string }
  annotations: { summary: string }
}

interface RuleFile {
  groups: { rules: (AlertRule | { alert?: undefined })[] }[]
}

const RULES = new URL('../helm/rules/', import.meta.url)

/** The alerts of the chart, in the order of their files. */
export function alertRules(): AlertRule[] {
  const files = readdirSync(RULES).filter((name) => name.endsWith('.yaml'))
  return files.sort().flatMap((name) => {
    const { groups } = parse(readFileSync(new URL(name, RULES), 'utf8')) as RuleFile
    return groups.flatMap(({ rules }) => rules).filter((rule) => rule.alert !== undefined)
  })
}

/**
 * The number after the first < or > of the expression, which the chart can replace. Undefined if that
 * compares series, or with 0: what may not be at all has no threshold.
 */
export function thresholdOf({ expr }: AlertRule): number | undefined {
  const [, number] = /^[^<>]*[<>]=?\s*(\d[\d.]*)/.exec(expr) ?? []
  return Number(number) > 0 ? Number(number) : undefined
}
