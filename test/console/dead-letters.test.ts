import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DLQ } from '../../src/dead-letter/headers.ts'
import { definePlugin, type PluginEvent } from '../../src/index.ts'
import { auditOf } from '../support/audit.ts'
import { CHROMIUM, launch } from '../support/browser.ts'
import { expectFits, logIn, type RunningConsole, startConsole, visit } from '../support/console.ts'
import { expectGood, pictures } from '../support/console-pictures.ts'
import { moved, pluginEvent } from '../support/events.ts'
import { runCli } from '../support/run-cli.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'

const HOSTILE = `=<img src=x onerror="document.title=1"> \u202etxt.exe ${'long'.repeat(60)}`
const SHOWN_ERROR = {
  ...{ ce_id: 'evt-17', [DLQ.reason]: 'exhausted', [DLQ.plugin]: 'labels', [DLQ.redrives]: '1' },
  ...{ [DLQ.error]: 'no shelf for lot-17', [DLQ.errorType]: 'TypeError' },
  ...{ [DLQ.errorAt]: 'labels.ts:14:20', [DLQ.errorCode]: 'E_SHELF' },
  [DLQ.errorStack]: 'TypeError: no shelf for lot-17\n  at shelfOf (labels.ts:14:20)',
}
const FAILED = 103
const MANY = 10_000

let browser: Browser
beforeAll(async () => {
  if (CHROMIUM !== undefined) browser = await launch()
})
afterAll(() => browser?.close())

/** Fails until it is mended, and then has an effect for each event. */
function mendable() {
  const now = { isMended: false, effects: [] as string[] }
  const plugin = definePlugin({
    slug: 'labels',
    retry: { maxAttempts: 2, initialDelayMs: 1 },
    processEvent(event) {
      const { how } = (event as PluginEvent).kwargs ?? {}
      if (!now.isMended || how === 'never') throw new RangeError(`no printer for ${event.id}`)
      now.effects.push(event.id)
    },
  })
  return { now, plugin }
}

describe.skipIf(CHROMIUM === undefined)(
  'dead letters in the console, in Chromium ("apt-get install chromium")',
  () => {
    it('are seen, redriven, discarded and restored as they were previewed', async () => {
      const { now, plugin } = mendable()
      const s = await situation({ plugins: [plugin], partitions: 2, registered: true })
      const service = await s.start()
      const ids = Array.from({ length: FAILED }, (_, n) => `evt_${n}`)
      const fail = (id: string, how = 'well') => ({
        ...pluginEvent('stockitem.edited', { id: 7, how }),
        id,
      })
      await s.publish(ids.map((id) => fail(id)))
      const count = (expected: number) =>
        until(async () => (await open(s)).length === expected, { what: `${expected} open` })
      await count(FAILED)
      const running = await startConsole(s.settings)
      const { page, complaints } = await logIn(browser, running, 'operator')

      await page.getByRole('link', { name: 'Dead letters', exact: true }).click()
      await page.getByRole('row', { name: /labels exhausted RangeError/ }).waitFor()
      await page.getByRole('link', { name: /RangeError/ }).click()
      await page.getByText(`100 of ${FAILED}, newest first, page 1 of 2`).waitFor()

      // One is discarded, and restored.
      const [first = ''] = (await open(s)).map(({ place }) => place).slice(-1)
      await page.getByLabel(`Choose ${first}`).check()
      await act(page, 'Discard 1 …', 'counted by hand')
      await page.getByText('1 discarded').waitFor()
      expect((await open(s)).map(({ place }) => place)).not.toContain(first)
      await page.getByRole('link', { name: 'Discarded', exact: true }).click()
      await page.getByRole('row', { name: /discarded by operator: counted by hand/ }).waitFor()
      await page.getByRole('link', { name: first }).click()
      await act(page, 'Restore …', 'it counts after all')
      await page.getByText('1 restored').waitFor()
      await count(FAILED)

      // A job that is stopped in the wait after the first ten has done ten, and no more.
      now.isMended = true
      await visit(page, `${running.url}/dead-letters/list`, 'List of dead letters')
      await page.getByRole('button', { name: `Redrive all ${FAILED} …` }).click()
      await page.getByLabel('Reason').fill('the printer is mended')
      const redrive = page.getByRole('dialog').getByRole('button', { name: 'Redrive' })
      expect(await redrive.isDisabled()).toBe(true)
      await page.getByLabel('Type how many').fill(String(FAILED))
      await redrive.click()
      await page.getByText('a wait after the first 10').waitFor()
      await page.getByRole('button', { name: 'Stop' }).click()
      await page.getByText(`stopped: 10 of ${FAILED} redriven`).waitFor()
      await until(() => now.effects.length === 10, { what: 'the effects of the first ten' })
      await count(FAILED - 10)

      // What comes between the preview and the action is not touched; closing the page stops nothing.
      await page.getByRole('button', { name: `Redrive all ${FAILED - 10} …` }).waitFor()
      await page.getByRole('button', { name: `Redrive all ${FAILED - 10} …` }).click()
      await page.getByText(`${FAILED - 10} of labels, exhausted`).waitFor()
      await s.publish([fail('evt_late', 'never')])
      await count(FAILED - 10 + 1)
      await page.getByLabel('Reason').fill('the printer is mended')
      await redrive.click()
      await page.getByRole('progressbar').waitFor()
      await page.close()
      await until(() => now.effects.length === FAILED, { what: 'the effects of all' })
      expect([...now.effects].sort()).toEqual([...ids].sort())
      const left = await open(s)
      expect(left.map(({ id }) => id)).toEqual(['evt_late'])

      // One that fails again shows what it was before.
      const [late] = left
      await runCli(['dead-letters', 'redrive', late!.place, '--yes'], { env: s.settings })
      await until(async () => (await open(s))[0]?.redrives === 1, { what: 'it to fail again' })
      const again = await logIn(browser, running, 'operator')
      await visit(
        again.page,
        `${running.url}/dead-letters/list?id=evt_late`,
        'List of dead letters',
      )
      await again.page.getByText('failed again, redriven 1×').waitFor()
      await again.page.getByRole('link', { name: /dead-letters\// }).click()
      await again.page.getByText('no printer for evt_late').first().waitFor()
      await again.page.getByText('"id": "evt_late"').waitFor()
      await again.page.getByRole('link', { name: late!.place }).waitFor()

      const done = (await auditOf(s.groupId)).filter(({ phase }) => phase !== 'begun')
      expect(
        done.map(({ action, phase, count: n, by, via }) => [action, phase, n, by, via]),
      ).toEqual([
        ['dead-letters discard', 'done', 1, 'operator', 'console'],
        ['dead-letters restore', 'done', 1, 'operator', 'console'],
        ['dead-letters redrive', 'failed', FAILED, 'operator', 'console'],
        ['dead-letters redrive', 'done', FAILED - 10, 'operator', 'console'],
        ['dead-letters redrive', 'done', 1, expect.stringContaining('@'), 'command'],
      ])
      expect([...complaints, ...again.complaints]).toEqual([])
      await service.stop()
    })

    it('are text, few for a viewer, and ten thousand are as quick', async () => {
      const s = await situation({ plugins: [], partitions: 2, registered: true })
      const event = moved('lot-17', 4, 'evt-17')
      await s.produce([letter(s.topic, s.groupId, 0, HOSTILE)], s.deadLetters)
      const shown = { ...letter(s.topic, s.groupId, 1), ...s.record(event) }
      const headers = { ...letter(s.topic, s.groupId, 1).headers, ...SHOWN_ERROR }
      await s.produce([{ ...shown, headers, key: 'lot-17' }], s.deadLetters)
      for (let n = 0; n < MANY; n += 1_000) {
        const some = Array.from({ length: 1_000 }, (_, i) => letter(s.topic, s.groupId, n + i))
        await s.produce(some, s.deadLetters)
      }
      const running = await startConsole(s.settings)
      const wide = await logIn(browser, running, 'operator')
      const overview = `${running.url}/dead-letters`
      await visit(wide.page, overview, 'Dead letters')
      const all = wide.page.getByRole('link', { name: 'All 10,002 open ones' })
      await all.waitFor()
      const tookMs = await times(wide.page, running.url)
      console.info('ms for 10,002 dead letters:', JSON.stringify(tookMs))
      expect(Math.max(...Object.values(tookMs))).toBeLessThan(5_000)
      await picturesOf(running, browser, [
        ['letter', `${overview}/${encodeURIComponent(`${s.deadLetters}/1@0`)}`, 'Dead letter'],
        ['dead-letters', overview, 'Dead letters'],
        ['dead-letters-list', `${overview}/list?reason=rejected`, 'List of dead letters'],
      ])

      await dialogPicture(wide.page, `${overview}/list?plugin=plugin-9`)

      const hostile = `${overview}/list?${new URLSearchParams({ plugin: HOSTILE })}`
      const narrow = await logIn(browser, running, 'operator', { width: 360 })
      for (const { page } of [wide, narrow]) {
        await visit(page, hostile, 'List of dead letters')
        await page.getByText('<img src=x onerror=').first().waitFor()
        await expectGood(page)
        await page.getByRole('link', { name: /dead-letters\// }).click()
        await page.getByRole('heading', { name: 'Dead letter', exact: true }).waitFor()
        await expectGood(page)
        expect(await page.title()).toBe('Dead letter · inventory-events')
        await page.getByRole('button', { name: 'Discard …' }).click()
        await page.getByText('1 of =<img src=x').waitFor()
        await expectGood(page)
        await page.keyboard.press('Escape')
        await visit(page, overview, 'Dead letters')
        await expectFits(page)
      }
      const csv = await text(wide.page, `/api/dead-letters/export?format=csv&status=open`)
      expect(csv.split('\r\n')).toHaveLength(MANY + 4)
      expect(csv).toContain(`"'=<img`)
      expect(csv).not.toMatch(/[,\n]"?=</)

      const { page } = await logIn(browser, running, 'viewer')
      await visit(page, `${overview}/list`, 'List of dead letters')
      await page.getByText('The role viewer can redrive and discard nothing').waitFor()
      expect(await page.getByRole('button', { name: /Redrive|Discard|Select/ }).count()).toBe(0)
      await page
        .getByRole('link', { name: /dead-letters\// })
        .first()
        .click()
      await page.getByText('The role viewer sees no content of events').waitFor()
      for (const path of ['', '/list', `/at/${encodeURIComponent(`${s.deadLetters}/0@0`)}`]) {
        expect(await text(page, `/api/dead-letters${path}`)).not.toMatch(/lot-|evt-|not in the/)
      }
      expect(await status(page, '/api/dead-letters/list?entity=lot-1')).toBe(403)
      expect(await status(page, '/api/dead-letters/export')).toBe(403)
      for (const path of ['preview', 'redrive', 'discard', 'restore']) {
        expect(await status(page, `/api/dead-letters/${path}`, '{"action":"discard"}')).toBe(403)
      }
      const heard = [...wide.complaints, ...narrow.complaints]
      expect(heard).toEqual([])
    })
  },
)

type Situation = Awaited<ReturnType<typeof situation>>

/** The open ones, as the command has them, oldest first. */
async function open({ settings }: Situation) {
  const { stdout } = await runCli(['dead-letters', 'list', '--json'], { env: settings })
  return JSON.parse(stdout) as { place: string; id: string; redrives: number }[]
}

/** A dead letter as the service would write it. */
function letter(topic: string, group: string, n: number, text?: string) {
  const reason = n % 3 === 0 ? 'rejected' : 'exhausted'
  return {
    key: text ?? `lot-${n}`,
    value: 'x',
    partition: n % 2,
    // Three days, more of them lately.
    timestamp: String(Date.now() - Math.round(((n * 7_919) % 1_000) ** 3 / 3.9)),
    headers: {
      ...{
        ce_id: text ?? `evt-${n}`,
        ce_type: text ?? `inventory.${n % 2 ? 'moved' : 'modified'}`,
      },
      ...{ [DLQ.plugin]: text ?? `plugin-${n % 20}`, [DLQ.reason]: text ?? reason },
      ...{
        [DLQ.error]: text ?? `lot-${n} is not in the catalogue`,
        [DLQ.errorCode]: text ?? 'E_LOT',
      },
      ...{ [DLQ.topic]: topic, [DLQ.partition]: String(n % 2), [DLQ.offset]: String(n) },
      ...{ [DLQ.timestamp]: '1', [DLQ.group]: group, [DLQ.attempts]: '3' },
    },
  }
}

async function act(page: Page, button: string, why: string): Promise<void> {
  await page.getByRole('button', { name: button }).click()
  await page.getByText(/^1 of labels, exhausted/).waitFor()
  await page.getByText(/inventory-events dead-letters \w+ \S+@\d+ --why/).waitFor()
  await page.getByLabel('Reason').fill(why)
  const [name = ''] = button.split(' ')
  await page.getByRole('dialog').getByRole('button', { name }).click()
}

/** How long each page takes until its rows are there. */
async function times(page: Page, url: string): Promise<Record<string, number>> {
  const took: Record<string, number> = {}
  for (const [name, path] of [
    ['overview', '/dead-letters'],
    ['list', '/dead-letters/list'],
    ['last page', '/dead-letters/list?page=101'],
    ['search', '/dead-letters/list?entity=lot-7777'],
  ] as const) {
    const beginMs = performance.now()
    await page.goto(`${url}${path}`)
    await page.getByRole('row').nth(1).waitFor()
    took[name] = Math.round(performance.now() - beginMs)
  }
  return took
}

function text(page: Page, path: string): Promise<string> {
  return page.evaluate(`fetch('${path}').then((answer) => answer.text())`)
}

/** Of what the page itself could send, whatever it shows. */
function status(page: Page, path: string, body?: string): Promise<number> {
  const post = `{ method: 'POST', headers: { 'content-type': 'application/json' }, body: '${body}' }`
  return page.evaluate(`fetch('${path}', ${body ? post : '{}'}).then((answer) => answer.status)`)
}

async function dialogPicture(page: Page, url: string): Promise<void> {
  await visit(page, url, 'List of dead letters')
  await page.getByRole('button', { name: 'Redrive all 500 …' }).click()
  await page.getByText('no replica reports it').first().waitFor()
  await page.getByLabel('Reason').fill('the catalogue is complete again')
  await pictures(page, 'dead-letters-redrive', { isWhole: false })
  await page.keyboard.press('Escape')
}

async function picturesOf(
  running: RunningConsole,
  from: Browser,
  views: readonly [name: string, url: string, heading: string][],
): Promise<void> {
  const { page } = await logIn(from, running, 'operator')
  for (const [name, url, heading] of views) {
    await visit(page, url, heading)
    await page.waitForLoadState('networkidle')
    await pictures(page, name, { isWhole: false })
  }
}
