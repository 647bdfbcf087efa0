import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { pickPort } from '../../src/stack/ports.ts'
import { bash } from '../support/bash.ts'
import { cloneTo, shellEnvironment } from '../support/clone.ts'
import { blocks, fileShown } from '../support/readme.ts'
import { endpoints, uniqueName } from '../support/stack.ts'

/** Commands that are left out here, and why. */
const NOT_RUN: Record<string, string> = {
  'npm test': 'it is what runs this test',
  'docker compose up -d --wait kafka registry': 'it needs a Docker engine, and ports 9092 and 8081',
}

/** The same command, made quick. */
const QUICK: Record<string, string> = {
  'npm run demo': 'npm run demo -- --events 300 --replicas 1',
}

const PLUGIN_FILES = ['plugins/cold-chain.ts', 'plugins/cold-chain.test.ts']
const TIMEOUT_MS = 600_000

let home: string
beforeAll(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'readme-')))
  const clone = join(home, 'inventory-events')
  await cloneTo(clone)
  for (const path of PLUGIN_FILES) {
    await mkdir(dirname(join(clone, path)), { recursive: true })
    await writeFile(join(clone, path), fileShown(path))
  }
})
afterAll(() => rm(home, { recursive: true, force: true }))

it("the README's commands work, one after the other, in a clone", {
  timeout: TIMEOUT_MS,
}, async () => {
  const port = String(await pickPort())
  const script = shellBlocks()
    .map((text, index) => `echo "<${index}>"\n${text}echo "</${index}>"\n`)
    .join('')
    .replaceAll('localhost:8080', `localhost:${port}`)
  const { code, output } = await run(`set -e\n${script}`, { HTTP_PORT: port })
  expect(output, 'exit 0').toSatisfy(() => code === 0)

  const printed = shellBlocks().map((_, index) => between(output, `<${index}>`, `</${index}>`))
  const after = (command: string) =>
    printed[shellBlocks().findIndex((text) => text.includes(command))]
  expect(after('npm run demo')).toMatch(/^ok {6}nothing lost/m)
  expect(after('PLUGIN_FILTERS')).toContain('and by data.entity.productId')
  expect(after('node --test')).toContain('cold-chain: ok (')
  expect(after('node --test')).toMatch(/pass 1$/m)
  expect(after('publish events.jsonl')).toContain('3 published, 0 bad')
  expect(after('deliveries|filter_decisions')).toContain('"cold-chain",reason="rejected"} 1\n')
  expect(after('deliveries|filter_decisions')).toContain('outcome="processed"} 1\n')
  expect(after('deliveries|filter_decisions')).toContain('decision="unwanted"} 1\n')
  expect(after('explain evt_2')).toContain('cold-chain: dead-lettered: rejected')
  expect(after('filters backtest')).toMatch(
    /^lost {9}\d+\n {2}inventory\.moved .*\n.* {2}evt_2 {2}ent_2$/m,
  )
  expect(after('kill %1')).toContain('"msg":"stopped"')
  expect(after('my-plugins')).toMatch(/^\d+\.\d+\.\d+$/m)
})

for (const [command, why] of Object.entries(NOT_RUN)) {
  it.skip(`README: "${command}" is not run, because ${why}`, () => undefined)
}

it('every command that is left out or made quick is in the README', () => {
  const lines = allShellBlocks().join('').split('\n')
  expect(lines).toEqual(expect.arrayContaining([...Object.keys(NOT_RUN), ...Object.keys(QUICK)]))
})

function allShellBlocks(): string[] {
  return blocks().flatMap(({ language, text }) => (language === 'sh' ? [text] : []))
}

function shellBlocks(): string[] {
  return allShellBlocks().map((text) =>
    text
      .split('\n')
      .filter((line) => NOT_RUN[line] === undefined)
      .map((line) => QUICK[line] ?? line)
      .join('\n'),
  )
}

/** Runs a script in the clone, on the stack of the tests; output is of both kinds. */
function run(script: string, env: NodeJS.ProcessEnv) {
  const { brokers, registryUrl } = endpoints()
  return bash(script, {
    cwd: join(home, 'inventory-events'),
    timeoutMs: TIMEOUT_MS - 10_000,
    env: {
      ...shellEnvironment(),
      KAFKA_BROKERS: brokers,
      SCHEMA_REGISTRY_URL: registryUrl,
      KAFKA_GROUP_ID: uniqueName('readme'),
      npm_config_prefer_offline: 'true',
      ...env,
    },
  })
}

function between(text: string, start: string, end: string): string {
  return text.slice(text.indexOf(`${start}\n`), text.indexOf(`${end}\n`))
}
