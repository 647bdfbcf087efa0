import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeAudit } from '../../src/control/audit-record.ts'
import { encodeMinute } from '../../src/status/status-record.ts'
import { auditTopicOf, statusTopicOf } from '../../src/topics/names.ts'
import { CHROMIUM, launch } from '../support/browser.ts'
import { logIn, startConsole, visit } from '../support/console.ts'
import { expectGood, pictures } from '../support/console-pictures.ts'
import { pluginEvent } from '../support/events.ts'
import { blocks } from '../support/pages.ts'
import { runCli } from '../support/run-cli.ts'
import { pluginPath, serve } from '../support/serve.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'

const HOSTILE = `<img src=x onerror="document.title=1"> \u202etxt.exe ${'long'.repeat(60)}`
const VIEWS: [path: string, heading: string, picture: string][] = [
  ['/', 'Overview', 'overview'],
  ['/plugins', 'Plugins', 'plugins'],
  ['/plugins/trips', 'trips', 'plugin'],
  ['/partitions', 'Partitions and replicas', 'partitions'],
  ['/audit', 'Audit', 'audit'],
]

let browser: Browser
beforeAll(async () => {
  if (CHROMIUM !== undefined) browser = await launch()
})
afterAll(() => browser?.close())

describe.skipIf(CHROMIUM === undefined)(
  'the console in Chromium ("apt-get install chromium")',
  () => {
    it('shows a group, and what is done there happens', async () => {
      const { s, replicas, start } = await group()
      const running = await startConsole(s.settings)
      const { page, complaints } = await logIn(browser, running, 'admin')
      await page.getByRole('link', { name: /Replicas 2/ }).waitFor()
      await events(s, 30)
      await events(s, 1, 'throw')

      await page.getByRole('link', { name: 'Plugins', exact: true }).click()
      await page.getByRole('link', { name: 'trips' }).click()
      await page.getByRole('cell', { name: 'RangeError' }).first().waitFor()
      expect(await page.content()).not.toContain('what the event held')

      await choose(page, 'Pause')
      await page.getByText('inventory-events plugins pause trips --why').waitFor()
      await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click()
      await page.getByText('trips is paused').waitFor()
      expect(await states(s)).toMatch(/trips +paused +admin .*because of a test/)
      await page.getByText('paused by admin').waitFor()
      await events(s, 5)
      const waiting = page.locator('.figure', { hasText: 'Waiting' }).locator('.value')
      await until(async () => (await waiting.textContent()) === '5', { what: 'five to wait' })

      await choose(page, 'Resume')
      await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click()
      await page.getByText('trips is enabled').waitFor()
      await s.caughtUp()

      await choose(page, 'Disable')
      const disable = page.getByRole('dialog').getByRole('button', { name: 'Disable' })
      expect(await disable.isDisabled()).toBe(true)
      await page.getByLabel('Type the name').fill('trips')
      await disable.click()
      await page.getByText('trips is disabled').waitFor()
      await choose(page, 'Enable')
      await page.getByRole('dialog').getByRole('button', { name: 'Enable' }).click()
      await page.getByText('trips is enabled').waitFor()
      expect(await states(s)).toMatch(/trips +enabled +admin/)

      await page.getByRole('link', { name: 'Audit' }).click()
      const rows = page.getByRole('row', { name: /admin.*plugins \w+ trips because of a test/ })
      await until(async () => (await rows.count()) === 4, {
        what: 'the four switches in the audit',
      })
      await expectGood(page)

      await page.getByRole('link', { name: 'Partitions' }).click()
      await page.getByRole('cell', { name: 'two', exact: true }).first().waitFor()
      const [one] = replicas
      one!.kill('SIGKILL')
      await page.getByRole('row', { name: /^one silent/ }).waitFor()
      await page.getByRole('link', { name: 'Overview' }).click()
      await page.getByText('Replica one is silent').waitFor()
      await page.getByText('1 of 2').waitFor()
      start('one')
      await page.getByText('Replica one is silent').waitFor({ state: 'detached' })
      expect(complaints).toEqual([])
    })

    it('lets a viewer and an operator do what they may, and no more', async () => {
      const { s } = await group()
      const running = await startConsole(s.settings)
      const { page } = await logIn(browser, running, 'viewer')
      await visit(page, `${running.url}/plugins/trips`, 'trips')
      await page.getByText('The role viewer can switch nothing here').waitFor()
      expect(await page.getByRole('button', { name: /Pause|Disable/ }).count()).toBe(0)
      expect(await attempt(page, 'pause')).toBe(403)
      await page.getByRole('button', { name: 'Log out' }).click()
      await page.getByLabel('Token').fill(running.token('operator'))
      await page.getByRole('button', { name: 'Log in' }).click()
      await page.getByRole('button', { name: 'Pause …' }).waitFor()
      expect(await page.getByRole('button', { name: 'Disable …' }).count()).toBe(0)
      expect(await attempt(page, 'disable')).toBe(403)
      expect(await states(s)).not.toMatch(/paused|disabled/)
    })

    it('shows what others wrote as text, at any width, in light and dark', async () => {
      const { s } = await group()
      await events(s, 30)
      await events(s, 1, 'throw')
      const running = await startConsole(s.settings)
      const wide = await logIn(browser, running, 'admin')
      await wide.page.getByRole('link', { name: /Replicas 2/ }).waitFor()
      await writeHour(s)
      await until(async () => (await minutes(wide.page)) >= 59, { what: 'an hour of a chart' })
      await runCli(
        ['plugins', 'pause', 'careful', '--by', 'ana', '--why', 'stock-taking in hall 2'],
        { env: s.settings },
      )
      await until(() => isPausedEverywhere(wide.page), { what: 'both replicas to say so' })
      for (const [path, heading, name] of VIEWS) {
        await visit(wide.page, `${running.url}${path}`, heading)
        await wide.page.waitForLoadState('networkidle')
        await pictures(wide.page, name)
      }
      await wide.page.emulateMedia({ colorScheme: 'light' })

      await runCli(['plugins', 'pause', 'trips', '--by', HOSTILE, '--why', HOSTILE], {
        env: s.settings,
      })
      await writeHostile(s)
      const narrow = await logIn(browser, running, 'admin', { width: 360 })
      for (const { page } of [wide, narrow]) {
        for (const [path, heading] of VIEWS) {
          await visit(page, `${running.url}${path}`, heading)
          await expectGood(page)
        }
        await page.getByText('<img src=x onerror=').first().waitFor()
        await visit(page, `${running.url}/partitions`, 'Partitions and replicas')
        await page.getByText('<script>document.title=2').first().waitFor()
        expect(await page.title()).toBe('Partitions and replicas · inventory-events')
        const hostile = `/plugins/${encodeURIComponent(HOSTILE)}`
        await page.goto(`${running.url}${hostile}`)
        await page.getByText('no replica that reports runs this plugin').waitFor()
      }
      const heard = [...wide.complaints, ...narrow.complaints]
      expect(heard.filter((each) => !each.includes('404 (Not Found)'))).toEqual([])
    })
  },
)

it('the commands of docs/console.md do what it says', async () => {
  const commands = blocks('docs/console.md')
    .filter(({ language }) => language === 'sh')
    .map(({ text }) => text.trim().replace('npx inventory-events ', '').split(' '))
  const [local, user] = commands
  expect(commands).toHaveLength(2)
  const added = await runCli(user!)
  expect(added.stdout).toMatch(/^ana:operator:[\w-]{22}:[\w-]{43}\n$/)
  expect(added.stderr).toMatch(/^token of ana: ana:[\w-]{32}\n$/)
  const s = await situation({ plugins: [] })
  const { url } = await startConsole(s.settings, local!.slice(1))
  const session = await (await fetch(`${url}/api/session`)).json()
  expect(session).toMatchObject({ isLocal: true, user: { role: 'admin' } })
  const refused = await runCli(local!, { env: { ...s.settings, KAFKA_BROKERS: 'kafka.test:9092' } })
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('--local: expected brokers on this machine')
  const without = await runCli(['console'], { env: s.settings })
  expect(without.stderr).toContain('CONSOLE_USERS: required')
})

type Situation = Awaited<ReturnType<typeof situation>>

/** A group of two replicas, each a process, with real events. */
async function group() {
  const s = await situation({ plugins: [], partitions: 4, registered: true })
  const start = (name: string) =>
    serve({
      ...s.settings,
      PLUGINS: `${pluginPath('plugins/careful')},${pluginPath('plugins/trips')}`,
      KAFKA_GROUP_INSTANCE_ID: name,
      STATUS_INTERVAL_MS: '1000',
    })
  const replicas = [start('one'), start('two')]
  for (const each of replicas) await each.logged('started')
  return { s, replicas, start }
}

async function events(s: Situation, count: number, how = 'well'): Promise<void> {
  await s.publish(Array.from({ length: count }, () => pluginEvent('stockitem.edited', { how })))
}

async function states(s: Situation): Promise<string> {
  return (await runCli(['plugins', 'list', '--states'], { env: s.settings })).stdout
}

/** Opens the dialog of a switch, and gives a reason. */
async function choose(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: `${name} …` }).click()
  await page.getByLabel('Reason').fill('because of a test')
}

/** What the page itself could send, whatever it shows. */
function attempt(page: Page, command: string): Promise<unknown> {
  return page.evaluate(
    `fetch('/api/plugins/trips/${command}', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"why":"x"}' }).then((answer) => answer.status)`,
  )
}

async function minutes(page: Page): Promise<number> {
  const found = "fetch('/api/overview').then((a) => a.json()).then((v) => v.minutes.length)"
  return (await page.evaluate(found)) as number
}

/** As both replicas report it, which have read the dead letters by then. */
async function isPausedEverywhere(page: Page): Promise<boolean> {
  const found = `Promise.all(['overview', 'plugins'].map((view) => fetch('/api/' + view).then((a) => a.json())))
    .then(([{ openDeadLetters }, { plugins }]) =>
      openDeadLetters !== null && plugins.find(({ slug }) => slug === 'careful').states.paused === 2)`
  return (await page.evaluate(found)) as boolean
}

/** The last hour of replica one, as it would have written it minute by minute. */
async function writeHour(s: Situation): Promise<void> {
  const thisMinute = Math.floor(Date.now() / 60_000)
  const records = Array.from({ length: 59 }, (_, index) => {
    const swing = 1 + Math.sin(index / 7)
    return encodeMinute({
      ...{ replica: 'one', minuteMs: (thisMinute - 59 + index) * 60_000 },
      ...{ lag: Math.round(40 * swing), oldestMs: Math.round(900 * swing), loopDelayMs: 12 },
      plugins: [{ slug: 'trips', handled: Math.round(800 * swing) + 150, failed: index % 5 }],
    })
  })
  await s.produce(records, statusTopicOf(s.groupId))
}

/** Records that only others would write. */
async function writeHostile(s: Situation): Promise<void> {
  const script = '<script>document.title=2</script>'
  await s.produce([{ key: script, value: '{"v":1}' }], statusTopicOf(s.groupId))
  const entry = encodeAudit({
    ...{ id: 'x', phase: 'failed', at: 'never', by: HOSTILE, via: 'command', action: HOSTILE },
    ...{ what: [HOSTILE], count: 3, why: HOSTILE, error: HOSTILE },
  })
  await s.produce([{ value: entry }, { value: 'nothing' }], auditTopicOf(s.groupId))
}
