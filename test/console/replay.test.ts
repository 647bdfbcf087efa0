import { randomUUID } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Event } from '../../src/event/event.ts'
import { CHROMIUM, launch } from '../support/browser.ts'
import { logIn, startConsole, visit } from '../support/console.ts'
import { expectGood, pictures } from '../support/console-pictures.ts'
import { moved } from '../support/events.ts'
import { runCli } from '../support/run-cli.ts'
import { pluginPath, serve } from '../support/serve.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'

const HOSTILE = 'Hall <img src=x onerror="document.title=1"> \u202etxt'
const WARM = { prefix: { 'data.to.name': 'Hall' } }
const ENTITIES = 4

let browser: Browser
beforeAll(async () => {
  if (CHROMIUM !== undefined) browser = await launch()
})
afterAll(() => browser?.close())

describe.skipIf(CHROMIUM === undefined)(
  'replays and filters in Chromium ("apt-get install chromium")',
  () => {
    it('catches a plugin up, as its preview said, and continues whatever becomes of the console', async () => {
      const s = await group()
      await s.publish(movesTo('Cold Storage', 'early', 12))
      await s.caughtUp()
      await s.cli('plugins', 'disable', 'choosy', '--by', 'ana', '--why', 'a count')
      await s.publish([...movesTo('Cold Storage', 'missed', 20), ...movesTo(HOSTILE, 'warm', 5)])
      await s.caughtUp()
      const first = await startConsole(s.env)
      const { page, complaints } = await logIn(browser, first, 'admin')
      await visit(page, `${first.url}/plugins/choosy`, 'choosy')
      await page.getByText('exact').waitFor()
      await page.getByText('A <b>1</b>').waitFor()
      expect(await page.content()).not.toContain('k-1234567')
      await pictures(page, 'plugin-about')

      await page.getByRole('link', { name: 'Enable from …' }).click()
      await previewFrom(page, 'soon')
      await page.getByText('from: expected a time such as').waitFor()
      await previewFrom(page, '1h')
      await page.getByText('32 of 37 read, which are all').waitFor()
      await page.getByText(/enable choosy --from .* --yes/).waitFor()
      await pictures(page, 'replay-preview')
      await startCatchUp(page)
      await page.getByRole('row', { name: /choosy.*catching up.*done/ }).waitFor()
      expect(await s.cli('plugins', 'list', '--states')).toMatch(/choosy +enabled +admin/)
      await s.publish(movesTo('Cold Storage', 'live', 4))
      await until(async () => (await s.ids()).length >= 36, { what: 'the live events' })
      expectOnceInOrder(await s.ids(), { early: 12, missed: 20, live: 4 })

      // One that waits for its first event loses its console, and another one takes over.
      await s.cli('plugins', 'disable', 'choosy', '--why', 'another count')
      await s.publish([moved('stuck', 1, 'stuck 1'), ...movesTo('Cold Storage', 'later', 8)])
      await s.caughtUp()
      await visit(page, `${first.url}/replay`, 'Replay')
      await previewFrom(page, '1h')
      await startCatchUp(page)
      await page.getByRole('row', { name: /choosy.*running.*of 50 offsets/ }).waitFor()
      await visit(page, `${first.url}/plugins`, 'Plugins')
      await page.getByText('disabled, catching up').waitFor()
      await page.close()
      await first.stop()
      const second = await startConsole(s.env)
      const other = await logIn(browser, second, 'admin')
      await visit(other.page, `${second.url}/replay`, 'Replay')
      await other.page.getByText('this console does not lead it').waitFor()
      await pictures(other.page, 'replay')
      await reason(other.page, 'Resume')
      await other.page.getByRole('row', { name: /choosy.*running/ }).waitFor()
      await s.letGo()
      await other.page.getByRole('row', { name: /choosy.*catching up.*done/ }).waitFor()
      expectOnceInOrder(await s.ids(), { early: 12, missed: 20, live: 4, stuck: 1, later: 8 })
      expect(await s.cli('plugins', 'list', '--states')).toMatch(/choosy +enabled +admin/)

      // Abandoned, it stays disabled; a command's own replay is shown, too.
      await s.holdBack()
      await s.cli('plugins', 'disable', 'choosy', '--why', 'the last count')
      await s.publish([moved('stuck', 2, 'stuck 2')])
      await s.caughtUp()
      await visit(other.page, `${second.url}/replay`, 'Replay')
      await previewFrom(other.page, '1h')
      await startCatchUp(other.page)
      await other.page.getByRole('row', { name: /choosy.*running/ }).waitFor()
      await reason(other.page, 'Abandon')
      await other.page.getByRole('row', { name: /choosy.*abandoned/ }).waitFor()
      await s.letGo()
      expect(await s.cli('plugins', 'list', '--states')).toMatch(
        /choosy +disabled +\S+ .*last count/,
      )
      await s.cli('replay', '--plugin', 'choosy', '--from', '1h', '--yes', '--by', HOSTILE)
      await other.page
        .getByRole('row', { name: /choosy replay from .*done.*a command.*Hall/ })
        .waitFor()
      await expectGood(other.page)
      await visit(other.page, `${second.url}/audit`, 'Audit')
      await other.page
        .getByRole('row', { name: /plugins enable --from.*choosy/ })
        .first()
        .waitFor()
      expect([...complaints, ...other.complaints].filter(isStrange)).toEqual([])
    })

    it('tries a filter on past events: what it gains and loses, and who may see what', async () => {
      const s = await group()
      await s.publish([...movesTo('Cold Storage', 'cold', 20), ...movesTo(HOSTILE, 'warm', 6)])
      await s.caughtUp()
      await s.publish([moved('stuck', 0, 'stuck 0'), ...sixOf('stuck')])
      const running = await startConsole(s.env)
      const { page, complaints } = await logIn(browser, running, 'operator')
      await visit(page, `${running.url}/filters?plugin=choosy`, 'Filters')
      await page.getByRole('option', { name: 'choosy' }).waitFor({ state: 'attached' })
      const editor = page.getByLabel('Filter, as where has it')
      await page.getByRole('button', { name: 'Take its filter' }).click()
      await until(async () => (await editor.inputValue()).includes('Cold Storage'), {
        what: 'its filter',
      })
      await editor.fill('{ "regex": { "data.to.name": "(a+)+" } }')
      await page.getByText('where: regex: unknown, expected one of').waitFor()
      await editor.fill('process.exit()')
      await page.getByText('where: expected JSON').waitFor()
      await editor.fill('{ "prefix": { "data.to.nam": "Hall" } }')
      await page.getByText('did you mean').waitFor()
      await editor.fill(JSON.stringify(WARM))
      await tryIt(page)
      await page.getByRole('heading', { name: 'Gained 6' }).waitFor()
      await page.getByRole('heading', { name: 'Lost 27' }).waitFor()
      await page.locator('summary').first().click()
      await page.getByText('<img src=x onerror=').first().waitFor()
      await pictures(page, 'filters')
      await page.setViewportSize({ width: 360, height: 800 })
      await expectGood(page)

      await visit(page, `${running.url}/partitions`, 'Partitions and replicas')
      await page.getByText('Why it joined').waitFor({ state: 'attached' })
      await page.getByRole('button', { name: 'Show' }).click()
      await page.getByText('stuck', { exact: true }).waitFor()
      await page.setViewportSize({ width: 1280, height: 800 })
      await pictures(page, 'partitions-waiting')

      const reader = await logIn(browser, running, 'reader')
      await visit(reader.page, `${running.url}/filters`, 'Filters')
      await reader.page.getByLabel('Filter, as where has it').fill(JSON.stringify(WARM))
      await reader.page.getByRole('button', { name: 'Try' }).click()
      await reader.page.getByText('may not see, and so not search: data.to.name').waitFor()
      await reader.page
        .getByLabel('Filter, as where has it')
        .fill('{ "prefix": { "data.id": "warm" } }')
      await tryIt(reader.page)
      await reader.page.getByRole('heading', { name: 'Matches 6' }).waitFor()
      await reader.page.locator('summary').first().click()
      await reader.page.getByText('"flowId": "flow_1"').first().waitFor()
      expect(await reader.page.content()).not.toContain('onerror')
      await expectGood(reader.page)
      await visit(reader.page, `${running.url}/replay`, 'Replay')
      await reader.page.getByText('The role reader can start nothing here').waitFor()

      const viewer = await logIn(browser, running, 'viewer')
      await visit(viewer.page, `${running.url}/plugins/choosy`, 'choosy')
      await viewer.page.getByText('"data.to.name": "***"').waitFor()
      expect(await viewer.page.content()).not.toContain('Cold Storage')
      await visit(viewer.page, `${running.url}/filters`, 'Filters')
      await viewer.page.getByText('The role viewer sees no events').waitFor()
      await visit(viewer.page, `${running.url}/partitions`, 'Partitions and replicas')
      await viewer.page.getByText('for readers').first().waitFor()
      expect(await viewer.page.content()).not.toContain('stuck')
      expect([...complaints, ...reader.complaints].filter(isStrange)).toEqual([])
    })
  },
)

/** Two replicas, each a process, of a plugin that writes what it gets into a file. */
async function group() {
  const notes = join(tmpdir(), `notes-${randomUUID()}`)
  onTestFinished(async () => {
    await rm(notes, { force: true })
    await rm(`${notes}.go`, { force: true })
  })
  const s = await situation({ plugins: [], store: 'kafka:', registered: true })
  const env = {
    ...{ ...s.settings, NOTES: notes, STATUS_INTERVAL_MS: '1000' },
    PLUGINS: pluginPath('plugins/choosy'),
  }
  const replicas = ['one', 'two'].map((name) => serve({ ...env, KAFKA_GROUP_INSTANCE_ID: name }))
  for (const each of replicas) await each.logged('started')
  return {
    ...{ ...s, env },
    async cli(...args: string[]) {
      const { code, stdout, stderr } = await runCli(args, { env })
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      return stdout
    },
    async ids() {
      const text = await readFile(notes, 'utf8').catch(() => '')
      return text.split('\n').filter((line) => line !== '')
    },
    letGo: () => writeFile(`${notes}.go`, ''),
    holdBack: () => rm(`${notes}.go`),
  }
}

/** Ids such as `cold 7`, of a few entities in turn. */
function movesTo(name: string, prefix: string, count: number): Event[] {
  return Array.from({ length: count }, (_, n) => {
    const event = moved(`e${n % ENTITIES}`, n, `${prefix} ${n}`)
    return { ...event, to: { ...event.to!, name } }
  })
}

function sixOf(entity: string): Event[] {
  return Array.from({ length: 6 }, (_, n) => moved(entity, n + 1, `${entity} ${n + 1}`))
}

function expectOnceInOrder(ids: readonly string[], counts: Record<string, number>): void {
  const all = Object.entries(counts)
  expect(ids).toHaveLength(all.reduce((sum, [, count]) => sum + count, 0))
  for (const [prefix, count] of all) {
    const numbers = ids
      .filter((id) => id.startsWith(`${prefix} `))
      .map((id) => Number(id.split(' ')[1]))
    expect(new Set(numbers).size).toBe(count)
    for (let entity = 0; entity < ENTITIES; entity += 1) {
      const own = numbers.filter((n) => n % ENTITIES === entity)
      expect(own).toEqual(own.toSorted((a, b) => a - b))
    }
  }
}

async function previewFrom(page: Page, from: string): Promise<void> {
  await page.getByLabel('From', { exact: true }).fill(from)
  await page.getByRole('button', { name: 'Preview' }).click()
}

async function startCatchUp(page: Page): Promise<void> {
  await page.getByLabel('Reason').fill('because of a test')
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  await page.getByText('choosy catches up').waitFor()
}

async function reason(page: Page, action: string): Promise<void> {
  await page.getByRole('button', { name: `${action} …` }).click()
  await page.getByRole('dialog').getByLabel('Reason').fill('because of a test')
  await page.getByRole('dialog').getByRole('button', { name: action }).click()
}

async function tryIt(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Try' }).click()
  await page.getByRole('heading', { name: 'Read to the end of the range' }).waitFor()
}

/** What is refused is said in the page, and by the browser as well. */
function isStrange(complaint: string): boolean {
  return !complaint.includes('status of 403') && !complaint.includes('status of 400')
}
