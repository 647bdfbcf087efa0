import { expect, it } from 'vitest'
import { ANSWERS, type Situation } from '../../src/control/commands.ts'
import type { ControlRecord, PluginState } from '../../src/control/control-record.ts'
import { writeSwitches } from '../../src/operate/switches.ts'
import type { Purpose } from '../../src/replay/plan.ts'
import { writePlan } from '../../src/replay/plan-store.ts'
import { runCli } from '../support/run-cli.ts'
import { pluginPath } from '../support/serve.ts'
import { situation } from '../support/service-kit.ts'
import { serviceClient } from '../support/stack.ts'

const COMMANDS = ['pause', 'resume', 'enable', 'disable'] as const
const STATES: Record<Exclude<Situation, 'unknown'>, PluginState> = {
  enabled: 'enabled',
  paused: 'paused',
  disabled: 'disabled',
  'catching-up': 'disabled',
  rebuilding: 'disabled',
}
const PURPOSES: Partial<Record<Situation, Purpose>> = {
  'catching-up': 'enable',
  rebuilding: 'rebuild',
}
const ADDED: Partial<Record<Situation, string>> = {
  'catching-up': ', catching up',
  rebuilding: ', being rebuilt',
}
const AT_ONCE = 4
const ann = { by: 'ann', at: '2026-01-01T00:00:00.000Z', why: 'she said so' }

/** One plugin for each pair of a command and a situation. */
const pairs = COMMANDS.flatMap((command) =>
  ([...Object.keys(STATES), 'unknown'] as Situation[]).map((where) => {
    return { command, where, slug: `${command}-when-${where}` }
  }),
)
type Pair = (typeof pairs)[number]

async function scene() {
  const s = await situation({ plugins: [] })
  const records = pairs.flatMap(({ where, slug }): ControlRecord[] =>
    where === 'unknown' ? [] : [{ switch: 'plugin', slug, state: STATES[where], ...ann }],
  )
  await writeSwitches(serviceClient(), s.groupId, records)
  for (const { slug, where } of pairs) {
    const purpose = PURPOSES[where]
    if (purpose === undefined) continue
    const plan = {
      purpose,
      state: 'running',
      generation: 1,
      fromMs: 0,
      carriedOutBy: 'command',
    } as const
    const open = { toMs: undefined, entity: undefined, kind: undefined, ranges: [] }
    await writePlan(serviceClient(), s.groupId, { slug, ...plan, ...open, ...ann })
  }
  const env = { ...s.settings, PLUGINS: pluginPath('plugins/noting') }
  const cli = (...args: string[]) => runCli(['plugins', ...args], { env })
  /** By slug: state, who switched it, and why. */
  async function states(): Promise<Map<string, string>> {
    const { code, stdout, stderr } = await cli('list', '--states')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const rows = stdout.trimEnd().split('\n').slice(1)
    return new Map(
      rows.map((row) => {
        const [slug, state, by, , why = ''] = row.split(/ {2,}/)
        return [slug as string, [state, by, why === '-' ? '' : why].join(' ').trim()]
      }),
    )
  }
  return { ...s, env, cli, states }
}

it('each command does in each situation what the table says, and nothing else', {
  timeout: 240_000,
}, async () => {
  const { cli, states } = await scene()
  const before = await states()
  const runs = new Map<Pair, Awaited<ReturnType<typeof cli>>>()
  const left = [...pairs]
  const work = async () => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      runs.set(next, await cli(next.command, next.slug, '--by', 'bob'))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  const after = await states()

  for (const pair of pairs) {
    const { command, where, slug } = pair
    const { code, stdout, stderr } = runs.get(pair)!
    const answer = ANSWERS[command][where]
    if (answer.type === 'refused') {
      expect({ code, stdout }, slug).toEqual({ code: 1, stdout: '' })
      expect(stderr).toContain(`error: ${answer.why(slug)}`)
    } else expect({ code, stderr }, slug).toEqual({ code: 0, stderr: '' })
    if (answer.type === 'set') {
      expect(after.get(slug), slug).toBe(`${answer.state}${ADDED[where] ?? ''} bob`)
    } else expect(after.get(slug), slug).toBe(before.get(slug))
    if (answer.type === 'unchanged') {
      expect(stdout).toBe(`${slug}: ${where} already, since ${ann.at} by ann: ${ann.why}\n`)
    }
  }
})

it('of several plugins all are switched or none, and each refusal is named', async () => {
  const { cli, states } = await scene()
  const before = await states()
  const slugs = ['resume-when-paused', 'resume-when-disabled', 'resume-when-pausd']
  const run = await cli('resume', ...slugs)
  expect(run).toMatchObject({ code: 1, stdout: '' })
  expect(run.stderr).toContain('resume-when-disabled is disabled, not paused')
  expect(run.stderr).toContain('did you mean resume-when-paused?')
  expect(await states()).toEqual(before)
})
