import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { delimiter, join } from 'node:path'
import { stringify } from 'yaml'
import { pickPort } from '../../src/dev/stack/ports.ts'
import { until } from '../support/stack.ts'

/** The program names in different distributions. */
export const PROGRAMS: Record<string, readonly string[]> = {
  prometheus: ['prometheus'],
  alertmanager: ['alertmanager', 'prometheus-alertmanager'],
}

export interface Job {
  name: string
  /** `host:port` of each replica. */
  targets: string[]
}

export interface FiredAlert {
  alertname: string
  labels: Record<string, string>
  annotations: Record<string, string>
  status: 'firing' | 'resolved'
}

export interface Sample {
  metric: Record<string, string>
  value: number
}

export interface Monitoring {
  url: string
  /** The notifications received by the webhook. */
  told: FiredAlert[]
  /** The current value by series. */
  query(expr: string): Promise<Sample[]>
  /** Every value since a time, without NaN. */
  valuesSince(expr: string, sinceMs: number): Promise<number[]>
  end(): Promise<void>
}

/** A Prometheus that scrapes every second and an Alertmanager that notifies a webhook. */
export async function startMonitoring(options: {
  folder: string
  jobs: Job[]
  rules: Record<string, string>
}): Promise<Monitoring> {
  const { folder } = options
  await mkdir(folder, { recursive: true })
  const told: FiredAlert[] = []
  const hook = await webhook((alerts) => told.push(...alerts))
  const [port, managerPort] = [await pickPort(), await pickPort()]
  const managerFile = await write(folder, 'alertmanager.yaml', managerConfig(hook.port))
  for (const [name, text] of Object.entries(options.rules))
    await writeFile(join(folder, name), text)
  const names = Object.keys(options.rules)
  const file = await write(folder, 'prometheus.yaml', config(options.jobs, names, managerPort))
  const manager = run('alertmanager', [
    `--config.file=${managerFile}`,
    `--storage.path=${join(folder, 'alertmanager')}`,
    `--web.listen-address=127.0.0.1:${managerPort}`,
    '--cluster.listen-address=',
  ])
  const prometheus = run('prometheus', [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(folder, 'prometheus')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ])
  const url = `http://127.0.0.1:${port}`
  const isReady = async () => (await fetch(`${url}/-/ready`)).ok
  await until(isReady, { what: `Prometheus to be ready:\n${prometheus.said()}` })
  return {
    url,
    told,
    query: (expr) => query(url, expr),
    valuesSince: (expr, sinceMs) => valuesSince(url, expr, sinceMs),
    async end() {
      await Promise.all([prometheus.end(), manager.end()])
      hook.close()
    },
  }
}

export function programOf(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const files = folders.flatMap((folder) => PROGRAMS[name]!.map((file) => join(folder, file)))
  return files.find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function config(jobs: Job[], ruleFiles: string[], managerPort: number): object {
  return {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: ruleFiles,
    alerting: { alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${managerPort}`] }] }] },
    scrape_configs: jobs.map(({ name, targets }) => ({
      job_name: name,
      static_configs: [{ targets, labels: { namespace: 'shop' } }],
    })),
  }
}

function managerConfig(hookPort: number): object {
  const hook = { url: `http://127.0.0.1:${hookPort}/`, send_resolved: true }
  return {
    route: { receiver: 'hook', group_by: ['...'], group_wait: '0s', group_interval: '1s' },
    receivers: [{ name: 'hook', webhook_configs: [hook] }],
  }
}

async function write(folder: string, name: string, content: object): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, stringify(content))
  return file
}

function run(name: string, args: string[]) {
  const child: ChildProcess = spawn(programOf(name)!, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const kill = () => void child.kill('SIGKILL')
  process.once('exit', kill)
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (text += chunk))
  return {
    said: () => text,
    async end() {
      process.off('exit', kill)
      if (child.exitCode !== null) throw new Error(`${name} ended by itself:\n${text}`)
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}

async function webhook(tell: (alerts: FiredAlert[]) => void) {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const { alerts } = JSON.parse(body) as { alerts: Omit<FiredAlert, 'alertname'>[] }
    tell(alerts.map((alert) => ({ ...alert, alertname: alert.labels.alertname! })))
    response.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { port, close: () => server.close() }
}

async function ask(url: string, path: string, form: Record<string, string>) {
  const body = new URLSearchParams(form)
  const response = await fetch(`${url}/api/v1/${path}`, { method: 'POST', body })
  const answer = (await response.json()) as { status: string; error?: string; data: Data }
  if (answer.status !== 'success') throw new Error(`${form.query}: ${answer.error}`)
  return answer.data.result
}

interface Data {
  result: {
    metric: Record<string, string>
    value?: [number, string]
    values?: [number, string][]
  }[]
}

async function query(url: string, expr: string): Promise<Sample[]> {
  const result = await ask(url, 'query', { query: expr })
  return result.map(({ metric, value }) => ({ metric, value: Number(value?.[1]) }))
}

async function valuesSince(url: string, expr: string, sinceMs: number): Promise<number[]> {
  const form = { query: expr, start: `${sinceMs / 1000}`, end: `${Date.now() / 1000}`, step: '1s' }
  const result = await ask(url, 'query_range', form)
  const values = result.flatMap(({ values = [] }) => values.map(([, value]) => Number(value)))
  return values.filter(Number.isFinite)
}
