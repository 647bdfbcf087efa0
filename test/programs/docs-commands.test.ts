import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { pickPorts } from '../../src/dev/stack/ports.ts'
import { bash } from '../support/bash.ts'
import { cloneTo, REPO, shellEnvironment } from '../support/clone.ts'
import { type Block, blocks, pages, pathShown } from '../support/pages.ts'
import { endpoints, uniqueName } from '../support/stack.ts'
import { writeExecutable } from '../support/write-executable.ts'

/** Pages whose commands are run here, one page after the other, as somebody who reads them would. */
const STORY = [
  'README.md',
  'docs/getting-started.md',
  'docs/plugins.md',
  'docs/operate.md',
  'docs/dead-letters.md',
  'docs/replay.md',
  'docs/producers.md',
  'docs/kinds.md',
]

/** Pages whose commands another test runs. */
const RUN_BY: Record<string, string> = {
  'docs/gateway.md': 'test/integration/gateway-docs.test.ts',
  'docs/console.md': 'test/console/overview.test.ts',
  'docs/clusters.md': 'test/clusters/secure-clusters.test.ts',
  'docs/security.md': 'test/clusters/secure-rights.test.ts',
  'docs/adding-partitions.md': 'npm run test:faults',
  'templates/project/README.md': 'test/programs/package.test.ts',
  'docs/disaster-recovery.md': 'test/kills/failover.test.ts',
  'integrations/inventree/README.md': 'npm run test:inventree',
}

/** Pages whose commands nothing runs, and why. */
const NOT_RUN: Record<string, string> = {
  'docs/deploy.md':
    'they need a Docker engine or a cluster; npm run check:deploy checks their files',
  'helm/README.md': 'they need a cluster; npm run check:deploy renders and checks the chart',
  'docs/reference/commands.md':
    'they are the examples of --help, which test/unit/cli/examples.test.ts parses',
  'CONTRIBUTING.md': 'they are the checks that run this test, or take longer than it',
}

/** Commands of the story that are left out, and why. */
const LEFT_OUT: Record<string, Record<string, string>> = {
  'README.md': { 'npm test': 'it is what runs this test' },
  'docs/getting-started.md': {
    'npm ci': 'the clone has its packages already',
    'docker compose up -d --wait kafka registry':
      'it needs a Docker engine, and ports 9092 and 8081',
  },
}

/** The same command, made quick, without a network, or with the place that a dead letter has here. */
const INSTEAD: Record<string, string> = {
  'npm run demo': 'npm run demo -- --events 300 --replicas 1',
  'npm install --save-dev typescript@7 vitest@5 @types/node@24':
    'mkdir -p node_modules/@types; for name in typescript vitest @types/node; do rm -rf "node_modules/$name"; ln -s "$PACKAGES/$name" "node_modules/$name"; done; ln -s ../typescript/bin/tsc node_modules/.bin/; ln -s ../vitest/vitest.mjs node_modules/.bin/vitest',
  'npm install zod@4': 'ln -s "$PACKAGES/zod" node_modules/zod',
  'npx inventory-events dead-letters show inventory.events.dead-letters/3@120': `npx inventory-events dead-letters show "$(npx inventory-events dead-letters list --plugin cold-chain --from 36h | awk 'NR == 2 { print $1 }')"`,
  "npx inventory-events dead-letters discard inventory.events.dead-letters/3@120 --why 'counted by hand' --yes": `npx inventory-events dead-letters discard "$(npx inventory-events dead-letters list --plugin cold-chain --from 36h --all | awk 'NR == 2 { print $1 }')" --why 'counted by hand' --yes`,
  "npx inventory-events dead-letters restore inventory.events.dead-letters/3@120 --why 'counted again' --yes": `npx inventory-events dead-letters restore "$(npx inventory-events dead-letters list --plugin cold-chain --from 36h --all | awk 'NR == 2 { print $1 }')" --why 'counted again' --yes`,
}

/** npx takes longer than most commands: after the first one, the program that it found is run without it. */
const NPX = `#!/bin/sh
program=node_modules/.bin/$1
found=$(dirname "$0")/$1.found
if [ -x "$program" ] && [ -e "$found" ]; then shift; exec "$program" "$@"; fi
if [ -x "$program" ]; then touch "$found"; fi
PATH=\${PATH#*:} exec npx "$@"
`

/** It takes four minutes beside other tests. */
const TIMEOUT_MS = 900_000
const TAIL_CHARACTERS = 1_000

/** A new one for each try: what a failed one left there would fail the next. */
async function freshHome(): Promise<string> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'docs-')))
  onTestFinished(() => rm(home, { recursive: true, force: true }))
  await cloneTo(join(home, 'inventory-events'))
  await mkdir(join(home, 'bin'))
  writeExecutable(join(home, 'bin', 'npx'), NPX)
  return home
}

it('the commands of the pages work, one after the other', { timeout: TIMEOUT_MS }, async () => {
  const home = await freshHome()
  const port = String((await pickPorts()).kafka)
  const steps = STORY.flatMap(stepsOf)
  const script = steps
    .map((text, index) => `echo "<${index}>"\n${text}echo "</${index}>"\n`)
    .join('')
    .replaceAll('localhost:8080', `localhost:${port}`)
  const { code, output } = await run(home, `set -e\n${script}`, { HTTP_PORT: port })
  if (code !== 0) throw new Error(`exit ${code} after …${output.slice(-TAIL_CHARACTERS)}`)

  const printed = steps.map((_, index) => between(output, `<${index}>`, `</${index}>`))
  const after = (command: string) => printed[steps.findIndex((text) => text.includes(command))]
  expect(after('npm run demo')).toMatch(/^ok {6}nothing lost/m)
  expect(after('npm init -y')).toMatch(/^\d+\.\d+\.\d+$/m)
  expect(after('npm pack')).toContain('made ../stock-plugins:')
  expect(after('npm run types')).toContain('1 passed')
  expect(after('npm run types')).toContain('cold-chain: ok (')
  expect(after('publish events.jsonl')).toContain('3 published, 0 bad')
  const counted = after('deliveries|filter_decisions')
  expect(counted).toContain('outcome="processed"} 1\n')
  expect(counted).toContain('outcome="rejected"} 1\n')
  // What is not marked is evaluated again where a partition begins again.
  expect(counted).toMatch(/decision="unwanted"} [1-9]/)
  expect(after('explain evt_2')).toContain('cold-chain: dead-lettered: rejected')
  expect(after('kill %1')).toContain('"msg":"stopped"')
  expect(after('PLUGIN_ALARMS_API_KEY')).toContain('settings     url, perCall, apiKey (secret)\n')
  expect(after('vitest run plugins/restless')).toContain('1 passed')
  expect(after('certify ./plugins/restless.ts')).toContain('restless: certified\n')
  expect(after('certify ./plugins/alarms.ts')).toContain('alarms: certified\n')
  expect(after('PLUGIN_FILTERS')).toContain('filtered by data.entity.productId')
  expect(after('filters backtest')).toMatch(
    /^lost {9}\d+\n {2}inventory\.moved .*\n.* {2}evt_2 {2}ent_2$/m,
  )
  expect(after('plugins list --states')).toContain('cold-chain')
  expect(after('dead-letters show')).toContain('"evt_2"')
  expect(after('publish orders.jsonl')).toContain('2 published, 0 bad')
  expect(after('redrive --kind order.placed')).toContain('1 redriven, 0 redriven before')
})

for (const [page, why] of Object.entries(NOT_RUN)) {
  it.skip(`${page}: its commands are not run, because ${why}`, () => undefined)
}
for (const [page, commands] of Object.entries(LEFT_OUT)) {
  for (const [command, why] of Object.entries(commands)) {
    it.skip(`${page}: "${command}" is not run, because ${why}`, () => undefined)
  }
}

describe('what is said here of pages and commands', () => {
  it('is about every page with commands, and no other', () => {
    const withCommands = pages.filter((page) => shellOf(page).length > 0)
    const known = [...STORY, ...Object.keys(RUN_BY), ...Object.keys(NOT_RUN)]
    expect(known.sort()).toEqual(withCommands.sort())
  })

  it('names commands that are there', () => {
    for (const [page, commands] of Object.entries(LEFT_OUT))
      expect(linesOf(page)).toEqual(expect.arrayContaining(Object.keys(commands)))
    expect(STORY.flatMap(linesOf)).toEqual(expect.arrayContaining(Object.keys(INSTEAD)))
  })
})

/** What somebody who follows a page does: runs its commands, and writes the files that it shows. */
function stepsOf(page: string): string[] {
  return blocks(page).flatMap((block) => {
    const path = pathShown(block)
    if (path !== undefined) return [writing(path, block)]
    return block.language === 'sh' ? [commandsOf(page, block)] : []
  })
}

function commandsOf(page: string, { text }: Block): string {
  return text
    .split('\n')
    .filter((line) => LEFT_OUT[page]?.[line] === undefined)
    .map((line) => INSTEAD[line] ?? line)
    .join('\n')
}

function writing(path: string, { text }: Block): string {
  return `mkdir -p "${dirname(path)}"\ncat > "${path}" <<'END_OF_FILE'\n${text}END_OF_FILE\n`
}

function shellOf(page: string): string[] {
  return blocks(page).flatMap(({ language, text }) => (language === 'sh' ? [text] : []))
}

function linesOf(page: string): string[] {
  return shellOf(page).join('').split('\n')
}

/** Runs a script in the clone, with this Node and on the stack of the tests. */
function run(home: string, script: string, env: NodeJS.ProcessEnv) {
  const { brokers, registryUrl } = endpoints()
  const shell = shellEnvironment()
  return bash(script, {
    cwd: join(home, 'inventory-events'),
    timeoutMs: TIMEOUT_MS - 10_000,
    env: {
      ...shell,
      // Plugins in TypeScript need a newer Node than the oldest one that the service runs on.
      PATH: [join(home, 'bin'), dirname(process.execPath), shell.PATH].join(delimiter),
      NODE_COMPILE_CACHE: join(home, 'compiled'),
      KAFKA_BROKERS: brokers,
      SCHEMA_REGISTRY_URL: registryUrl,
      KAFKA_GROUP_ID: uniqueName('docs'),
      npm_config_prefer_offline: 'true',
      PACKAGES: join(REPO, 'node_modules'),
      ...env,
    },
  })
}

function between(text: string, start: string, end: string): string {
  return text.slice(text.indexOf(`${start}\n`), text.indexOf(`${end}\n`))
}
