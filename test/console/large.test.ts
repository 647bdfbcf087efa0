import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { encodeControl } from '../../src/control/control-record.ts'
import { encodeStatus } from '../../src/status/status-record.ts'
import { controlTopicOf, statusTopicOf } from '../../src/topics/names.ts'
import { CHROMIUM, launch } from '../support/browser.ts'
import { expectFits, logIn, seriousFaults, startConsole } from '../support/console.ts'
import { situation } from '../support/service-kit.ts'
import { pluginStatus, replicaStatus } from '../support/status.ts'

const REPLICAS = ['one', 'two', 'three', 'four']
const PLUGINS = 250
const PARTITIONS = 400
const isMissing = CHROMIUM === undefined

let browser: Browser
beforeAll(async () => {
  if (!isMissing) browser = await launch()
})
afterAll(() => browser?.close())

it.skipIf(isMissing)('shows a large group in pages, says of how many, by keys alone', async () => {
  const s = await situation({ plugins: [] })
  await writeStatus(s)
  const running = await startConsole(s.settings)
  const { page, complaints } = await logIn(browser, running, 'viewer')

  await page.getByText('well, but').waitFor()
  await page.getByText('2 to look at').waitFor()
  await page.getByText('3 of 4 replicas: event integration is off').waitFor()
  await page.getByText('by ben: a move').waitFor()
  await page.getByText('plugin-007: 3 of 4 replicas paused').waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'plugin-007', level: 1 }).waitFor()
  await page.getByText('3 of 4 replicas paused').waitFor()

  await page.getByRole('link', { name: 'Plugins', exact: true }).click()
  const table = page.getByRole('table', { name: 'Plugins' })
  await table.waitFor()
  expect(await table.getAttribute('aria-rowcount')).toBe(String(PLUGINS + 1))
  expect(await table.locator('tbody tr').count()).toBe(100)
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByText('101 to 200 of 250').waitFor()
  const first = table.locator('tbody tr').first()
  expect(await first.getAttribute('aria-rowindex')).toBe('102')
  expect(await first.textContent()).toContain('plugin-100')
  await page.reload()
  await page.getByText('101 to 200 of 250').waitFor()
  expect(await seriousFaults(page)).toEqual([])

  await page.keyboard.press('/')
  await page.keyboard.type('plugin-24')
  await page.getByText('10 of 250').waitFor()
  expect(await table.getAttribute('aria-rowcount')).toBeNull()
  await page.keyboard.press('Escape')
  for (const key of ['j', 'j', 'k', 'j']) await page.keyboard.press(key)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'plugin-241', level: 1 }).waitFor()

  await expectSwitchable(page)
  await page.getByRole('link', { name: 'Partitions', exact: true }).click()
  await page.getByText(`1 to 100 of ${PARTITIONS}`).waitFor()
  await page.setViewportSize({ width: 360, height: 800 })
  await expectFits(page)
  expect(complaints).toEqual([])
})

/** The keys that are letters can be switched off, for those who speak to their machine. */
async function expectSwitchable(page: Page): Promise<void> {
  const dialog = page.getByRole('dialog', { name: 'Keys' })
  await page.keyboard.press('?')
  await dialog.waitFor()
  expect(await seriousFaults(page)).toEqual([])
  await dialog.getByLabel('Single keys act').uncheck()
  await page.keyboard.press('Escape')
  await page.keyboard.press('?')
  expect(await dialog.isVisible()).toBe(false)
}

async function writeStatus(s: Awaited<ReturnType<typeof situation>>): Promise<void> {
  const why = { by: 'ben', at: new Date().toISOString(), why: 'a move' }
  const slug = (n: number) => `plugin-${String(n).padStart(3, '0')}`
  const switches = [
    encodeControl({ switch: 'events', state: 'off', ...why }),
    encodeControl({ switch: 'plugin', slug: slug(7), state: 'paused', ...why }),
  ]
  await s.produce(switches, controlTopicOf(s.groupId))
  const records = REPLICAS.map((replica, r) =>
    encodeStatus(
      replicaStatus(replica, {
        // The last one follows the switches later than the others.
        events: replica === 'four' ? 'on' : 'off',
        intervalMs: 600_000,
        writtenMs: Date.now(),
        plugins: Array.from({ length: PLUGINS }, (_, n) =>
          pluginStatus(slug(n), {
            state: n === 7 && replica !== 'four' ? 'paused' : 'enabled',
          }),
        ),
        partitions: Array.from({ length: PARTITIONS / REPLICAS.length }, (_, n) => ({
          ...{ topic: 't', partition: r * 100 + n, expected: 9, watermark: 9, committed: 9 },
          ...{ lag: 0, lagMs: 0, parked: null },
        })),
      }),
    ),
  )
  await s.produce(records, statusTopicOf(s.groupId))
}
