import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import {
  defaultsIn,
  ELSEWHERE,
  withDefinitions,
  withSettings,
  withSharedValues,
} from '../../scripts/chart-settings.ts'
import { readUsers } from '../../src/config/console-users.ts'
import { settings } from '../../src/config/settings.ts'
import type { Setting } from '../../src/config/value-types.ts'
import { userWithToken } from '../../src/console/access/users.ts'
import { REPO } from '../support/clone.ts'
import { filesUnder, textOf } from '../support/repo-files.ts'

interface Schema {
  $ref?: string
  properties: Record<string, Schema>
  additionalProperties?: boolean | Schema
  $defs: Record<string, Schema>
}

interface ComposeService {
  image: string
  build?: string
  environment?: Record<string, string>
  healthcheck?: object
  depends_on?: Record<string, { condition: string }>
  volumes?: string[]
}

const table: Record<string, Setting> = settings
const manifest = JSON.parse(textOf('package.json'))
const values = textOf('helm/values.yaml')
const schema: Schema = JSON.parse(textOf('helm/values.schema.json'))
const compose: Record<string, ComposeService> = parse(textOf('docker-compose.yml'), {
  merge: true,
}).services
const ours = Object.entries(compose).filter(([, { image }]) => /^inventory-events:/.test(image))

describe('the chart', () => {
  it('lists the settings of the code ("npm run docs")', () => {
    expect(values).toBe(withSettings(values))
    expect(schema).toEqual(withSharedValues(withDefinitions(schema)))
    expect(JSON.parse(textOf('helm/defaults.json'))).toEqual(defaultsIn(values))
  })

  it('adds defaults in every template, before it reads a value', () => {
    const templates = filesUnder('helm/templates').filter((path) => !path.endsWith('.tpl'))
    expect(templates.length).toBeGreaterThan(10)
    const first = '{{- include "inventory-events.addDefaults" . }}\n'
    expect(templates.filter((path) => !textOf(path).startsWith(first))).toEqual([])
  })

  it('can set every setting, and contains no secret', () => {
    const { config, secrets } = schema.$defs
    const reachable = [config, secrets].flatMap((each) => Object.keys(each!.properties!))
    const names = new Set([...reachable, ...Object.keys(ELSEWHERE)])
    expect([...names].sort()).toEqual(Object.keys(settings).sort())
    const secret = Object.keys(config!.properties!).filter((name) => table[name]!.secret)
    expect(secret).toEqual(['IDEMPOTENCY_STORE'])
    expect(config!.properties!.IDEMPOTENCY_STORE).toMatchObject({ enum: ['kafka:', 'memory:'] })
  })

  it('allows only the values in values.yaml, each with a comment', () => {
    const known = leavesOf(parse(values))
    const free = ['config', 'secrets', 'workers']
    const allowed = leavesOfSchema(schema).filter((path) => !free.includes(path.split('.')[0]!))
    // Values of "pod" are listed once, and may be in each of these.
    const listed = allowed.map((path) => path.replace(/^(worker|gateway|console|setup)\./, 'pod.'))
    const missing = allowed.filter((path, index) => {
      const isListed = (each: string) => isWithin(path, each) || isWithin(each, path)
      return !known.some(isListed) && !known.some((each) => isWithin(each, listed[index]!))
    })
    expect(missing).toEqual([])
    expect(unexplained(values)).toEqual([])
  })

  it('repeats defaults of the code where templates need them', () => {
    const templates = filesUnder('helm/templates').map(textOf).join('\n')
    expect(templates).toContain(`$drainMs := ${settings.DRAIN_TIMEOUT_MS.default} `)
    expect(templates).toContain(`.config.HTTP_PORT | default ${settings.HTTP_PORT.default} `)
    expect(templates).toContain(`.config.GATEWAY_PORT | default ${settings.GATEWAY_PORT.default} `)
    expect(templates).toContain(`.config.CONSOLE_PORT | default ${settings.CONSOLE_PORT.default} `)
    for (const name of ['KAFKA_TOPICS', 'KAFKA_GROUP_ID'] as const) {
      const found = [...templates.matchAll(new RegExp(`${name} \\| default "([^"]*)"`, 'g'))]
      expect(new Set(found.map(([, text]) => text))).toEqual(new Set([settings[name].default]))
    }
  })

  it('is rendered with the values of the last two versions', () => {
    const versions = [...textOf('CHANGELOG.md').matchAll(/^## (\d+\.\d+\.\d+)$/gm)].map(
      ([, v]) => v,
    )
    const kept = filesUnder('helm/tests/earlier').map((path) => basename(path, '.yaml'))
    expect(kept).toEqual(expect.arrayContaining(versions.slice(0, 2)))
  })

  it('has the version of the package', () => {
    const { version, appVersion } = parse(textOf('helm/Chart.yaml'))
    expect([version, appVersion]).toEqual([manifest.version, manifest.version])
  })
})

describe('the image', () => {
  const dockerfile = textOf('Dockerfile')

  it('has the Node of the development dependency and the version of the package', () => {
    const bases = [...dockerfile.matchAll(/\bnode:([\d.]+)-bookworm-slim\b/g)].map(([, v]) => v)
    expect(new Set(bases)).toEqual(new Set([manifest.devDependencies.node]))
    expect(dockerfile).toContain(`ARG VERSION=${manifest.version}\n`)
  })

  it('has a build context with exactly what the Dockerfile copies', () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, paths]) =>
      paths!.split(' '),
    )
    const sent = [...textOf('.dockerignore').matchAll(/^!(.+)$/gm)].map(([, path]) => path!)
    expect(sent.sort()).toEqual([...new Set(copied)].sort())
    expect(textOf('.dockerignore')).toMatch(/^\*$/m)
  })
})

describe('docker-compose.yml', () => {
  it('sets only settings that exist', () => {
    expect(ours.length).toBeGreaterThan(3)
    const names = ours.flatMap(([, { environment }]) => Object.keys(environment ?? {}))
    expect(names).toContain('KAFKA_BROKERS')
    expect(names.filter((name) => !(name.replace(/_FILE$/, '') in table))).toEqual([])
  })

  it('has users of the console, whose published token is that of docs/deploy.md', async () => {
    const users = readUsers(textOf('deploy/console-users'))
    const [, token = ''] = /`(demo:[\w-]+)`/.exec(textOf('docs/deploy.md')) ?? []
    expect(await userWithToken(users!, token)).toEqual({ name: 'demo', role: 'admin' })
    expect(compose.console).toMatchObject({ ports: ['127.0.0.1:8070:8070'] })
  })

  it('builds one image, of this version, once', () => {
    expect(new Set(ours.map(([, { image }]) => image))).toEqual(
      new Set([`inventory-events:${manifest.version}`]),
    )
    expect(ours.filter(([, { build }]) => build !== undefined)).toHaveLength(1)
  })

  it('pins every image, and waits for health checks', () => {
    const images = Object.values(compose).map(({ image }) => image)
    expect(images.filter((image) => !/:v?\d+\.\d+(\.\d+)?(\.Final)?$/.test(image))).toEqual([])
    const waits = Object.values(compose).flatMap(({ depends_on }) =>
      Object.entries(depends_on ?? {}),
    )
    const isHealthy = ([name, { condition }]: [string, { condition: string }]) =>
      condition === 'service_completed_successfully' ||
      (condition === 'service_healthy' && isChecked(name))
    expect(waits.filter((wait) => !isHealthy(wait))).toEqual([])
  })

  it('mounts existing files', () => {
    const sources = Object.values(compose)
      .flatMap(({ volumes }) => volumes ?? [])
      .filter((volume) => volume.startsWith('./'))
      .map((volume) => volume.split(':')[0]!.slice(2))
    expect(sources.length).toBeGreaterThan(5)
    expect(sources.filter((path) => !existsSync(join(REPO, path)))).toEqual([])
  })

  it('has a stop grace period above the drain time', () => {
    const drainMs = Number(settings.DRAIN_TIMEOUT_MS.default)
    const text = textOf('docker-compose.yml')
    const seconds = [...text.matchAll(/stop_grace_period: (\d+)s/g)].map(([, each]) => Number(each))
    expect(seconds.length).toBe(3)
    expect(Math.min(...seconds) * 1_000).toBeGreaterThan(drainMs + 10_000)
  })
})

it.each(['docs/deploy.md', 'helm/README.md'])(
  '%s names settings, values and files that are there',
  (path) => {
    const text = textOf(path)
    const names = [...text.matchAll(/\b[A-Z]+(?:_[A-Z]+)+\b/g)].map(([name]) => name)
    expect(names.length).toBeGreaterThan(3)
    // Variables of Node and OpenTelemetry are read by them, not by the service.
    const isSetting = (name: string) =>
      name.replace(/_FILE$/, '') in table || name === 'HEALTHCHECK' || /^(NODE|OTEL)_/.test(name)
    expect(names.filter((name) => !isSetting(name))).toEqual([])
    const known = leavesOfSchema(schema)
    const said = [
      ...text.matchAll(
        /`((?:worker|gateway|console|setup|image|networkPolicy|keda|serviceMonitor|prometheusRule|dashboards)\.[\w.]+)/g,
      ),
    ]
    const isValue = (value: string) =>
      known.some((each) => isWithin(each, value) || each.endsWith(`.${value}`))
    expect(said.map(([, value]) => value!).filter((value) => !isValue(value))).toEqual([])
  },
)

/** Containers of our image have the image's health check. */
function isChecked(name: string): boolean {
  return compose[name]?.healthcheck !== undefined || ours.some(([each]) => each === name)
}

function isWithin(path: string, parent: string): boolean {
  return path === parent || path.startsWith(`${parent}.`)
}

/** The paths of all leaves in values.yaml; an empty map is a leaf. */
function leavesOf(node: unknown, path = ''): string[] {
  const isMap = typeof node === 'object' && node !== null && !Array.isArray(node)
  const entries = isMap ? Object.entries(node) : []
  if (entries.length === 0) return [path]
  return entries.flatMap(([key, value]) => leavesOf(value, path === '' ? key : `${path}.${key}`))
}

function leavesOfSchema(node: Schema, path = ''): string[] {
  const { properties } = node.$ref ? resolved(node.$ref) : node
  if (properties === undefined) return path === '' || path === 'global' ? [] : [path]
  return Object.entries(properties).flatMap(([key, value]) =>
    leavesOfSchema(value, path === '' ? key : `${path}.${key}`),
  )
}

function resolved(ref: string): Schema {
  const found = ref
    .slice('#/'.length)
    .split('/')
    .reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], schema)
  return found as Schema
}

/** Keys of values.yaml without a comment directly above; keys that only group others need none. */
function unexplained(text: string): string[] {
  const lines = text.split('\n')
  return lines.filter((line, index) => {
    const [, indent, rest] = /^( *)[\w]+:(.*)$/.exec(line) ?? []
    const groups = rest?.trim() === '' && /^ +[#\w]/.test(lines[index + 1] ?? '')
    if (indent === undefined || groups) return false
    if (/^ {2}(KAFKA_BROKERS|SCHEMA_REGISTRY_URL):/.test(line)) return false
    if (/^ {4}(requests|limits):/.test(line)) return false
    return !lines[index - 1]!.trim().startsWith('#')
  })
}
