import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { loadConfig } from '../../../src/config/load-config.ts'
import { type Recipe, recipes } from '../../support/clusters-page.ts'
import { filesUnder, textOf } from '../../support/repo-files.ts'
import { certificateText } from '../../support/secure-certificates.ts'

const found = recipes()
const { cert, key } = certificateText('inventory-events')

it('there is a recipe for each values file of a cluster', () => {
  expect(found.map(({ cluster }) => cluster)).toEqual([
    'Confluent Cloud',
    'Amazon MSK with IAM',
    'Azure Event Hubs',
    'Redpanda',
    'Strimzi with TLS users',
    'Aiven',
  ])
  const files = filesUnder('helm/examples').filter((path) => path.includes('/cluster-'))
  expect(found.map(({ values }) => values).sort()).toEqual(files.sort())
})

describe.each(found)('$cluster', (recipe) => {
  it('has settings with which the service starts', () => {
    const config = loadConfig(withFiles(recipe), {
      required: ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL'],
    })
    expect(config.KAFKA_SSL).toBe(true)
  })

  it('has the same settings in its values', () => {
    const { config, secrets = {} } = parse(textOf(recipe.values)) as Values
    const plain = Object.entries(recipe.settings).filter(([name]) => !name.endsWith('_FILE'))
    const files = Object.keys(recipe.settings).filter((name) => name.endsWith('_FILE'))
    const given = Object.entries(config).map(([name, value]) => [name, String(value)])
    expect(Object.fromEntries(given)).toEqual(Object.fromEntries(plain))
    expect(
      Object.keys(secrets)
        .map((name) => `${name}_FILE`)
        .sort(),
    ).toEqual(files.sort())
  })
})

interface Values {
  config: Record<string, string | boolean>
  secrets?: Record<string, unknown>
}

/** The settings with files that exist. */
function withFiles({ settings }: Recipe): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'clusters-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const pairs = Object.entries(settings).map(([name, value]) => {
    if (!name.endsWith('_FILE')) return [name, value]
    const path = join(folder, name)
    writeFileSync(path, contentOf(name))
    return [name, path]
  })
  return Object.fromEntries(pairs)
}

function contentOf(name: string): string {
  if (name === 'KAFKA_SSL_KEY_FILE') return key
  return /_(CA|CERT)_FILE$/.test(name) ? cert : 'what the secret holds'
}
