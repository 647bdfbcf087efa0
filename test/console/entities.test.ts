import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { InventoryEvent } from '../../src/index.ts'
import { CHROMIUM, launch } from '../support/browser.ts'
import { logIn, type RunningConsole, startConsole, visit } from '../support/console.ts'
import { expectGood, pictures } from '../support/console-pictures.ts'
import { HOSTILE, LIFE, lifeOfGoods, MANY, TRACE } from '../support/goods.ts'
import { type HeldRegistry, heldRegistry } from '../support/held-registry.ts'
import { until } from '../support/stack.ts'

const EVERY_PLACE = `(async () => {
  const places = []
  for (let cursor = ''; cursor !== null; ) {
    const answer = await fetch('/api/events?kind=inventory.*&cursor=' + encodeURIComponent(cursor))
    const lines = (await answer.text()).trim().split('\\n').map((line) => JSON.parse(line))
    places.push(...lines.flatMap(({ result }) => result?.place ?? []))
    cursor = lines.at(-1).next ?? null
  }
  return places
})()`

let browser: Browser
beforeAll(async () => {
  if (CHROMIUM !== undefined) browser = await launch()
})
afterAll(() => browser?.close())

describe.skipIf(CHROMIUM === undefined)(
  'events and entities in Chromium ("apt-get install chromium")',
  () => {
    it('shows what became of events and of goods, to those who may see it', async () => {
      const { s, wasted } = await lifeOfGoods()
      const registry = await heldRegistry()
      const running = await startConsole({ ...s.settings, SCHEMA_REGISTRY_URL: registry.url })
      const { page, complaints } = await logIn(browser, running, 'operator')

      await cancelled(page, running, registry)
      await found(page, running)
      await oneEvent(page, running, wasted)
      await oneEntity(page, running)
      await manyEvents(page, running)
      await hostileText(page, running)
      await masked(running)
      await refused(running)
      await picturesOf(running, wasted)
      // A search from "yesterday", which is no time.
      expect(complaints.filter((each) => !each.includes('400 (Bad Request)'))).toEqual([])
    })
  },
)

/** What is cancelled reads no more, and makes room for others. */
async function cancelled(
  page: Page,
  { url }: RunningConsole,
  registry: HeldRegistry,
): Promise<void> {
  registry.hold()
  await page.goto(`${url}/events`)
  await page.getByText(/reading.* of [\d,]+ records/).waitFor()
  await until(() => registry.seen.length > 0, { what: 'the search to need a schema' })
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByText('cancelled').waitFor()
  const asked = registry.seen.length
  registry.release()
  // Its records have another key, so nothing is decoded for it.
  const status = () =>
    page.evaluate(
      `Promise.all([1, 2, 3, 4].map(() => fetch('/api/events?entity=nobody').then((a) => a.status))).then(String)`,
    )
  await until(async () => (await status()) === '200,200,200,200', { what: 'room for four' })
  expect(registry.seen).toHaveLength(asked)
}

async function found(page: Page, { url }: RunningConsole): Promise<void> {
  await visit(page, `${url}/events`, 'Events')
  await page.getByText('stopped at the limit of results').waitFor()
  expect(await rows(page)).toBeGreaterThanOrEqual(100)
  const before = await rows(page)
  await page.getByRole('button', { name: 'Continue with older ones' }).click()
  await until(async () => (await rows(page)) > before, { what: 'older ones' })
  // Continued to the end, a search has found each event once.
  const places = (await page.evaluate(EVERY_PLACE)) as string[]
  expect([places.length, new Set(places).size]).toEqual([LIFE + MANY, LIFE + MANY])

  await page.getByLabel('Kind').fill('inventory.merge*')
  await page.getByRole('button', { name: 'Search', exact: true }).click()
  await page.getByText(/read all [\d,]+ records/).waitFor()
  expect(page.url()).toBe(`${url}/events?kind=inventory.merge*`)
  expect(await rows(page)).toBe(4)
  await page.getByLabel('Entity').fill('mix-1')
  await page.getByRole('button', { name: 'Last day' }).click()
  await until(async () => (await rows(page)) === 2, { what: 'both events of mix-1' })
  expect(page.url()).toMatch(/from=20\d\d-.*Z/)
  await expectGood(page)
  await visit(page, `${url}/events?text=extra%20FINE`, 'Events')
  await page.getByText(/read all/).waitFor()
  expect(await rows(page)).toBe(1)
  await visit(page, `${url}/events?kind=nothing`, 'Events')
  await page.getByText('No event was found').waitFor()
  await visit(page, `${url}/events?from=yesterday`, 'Events')
  await page.getByText('from: expected a time').waitFor()
}

async function oneEvent(page: Page, { url }: RunningConsole, { id }: InventoryEvent) {
  await visit(page, `${url}/events?id=${id}`, 'Events')
  await page.getByRole('link', { name: id }).click()
  await page.getByText('dead-lettered: exhausted after 2 attempts').waitFor()
  await page.getByRole('row', { name: /goods.*dead-lettered.*wants has/ }).waitFor()
  await page.getByText('what the event held').first().waitFor()
  await page.getByText('inventory_events.InventoryWasted').waitFor()
  await page.getByText(TRACE.split('-')[1]!).first().waitFor()
  await page.getByText('"reason": "fail"').waitFor()
  await page.getByRole('cell', { name: 'ce_id' }).waitFor()
  await page.getByText(`inventory-events explain ${id} --entity batch-3`).waitFor()
  await expectGood(page)
  await page.getByRole('link', { name: 'batch-3' }).click()
  await page.getByText('Its life, newest first').waitFor()
  await visit(page, `${url}/events/one?id=nothing-like-it`, 'Event')
  await page.getByText('No such event was found').waitFor()
}

async function oneEntity(page: Page, { url }: RunningConsole): Promise<void> {
  await visit(page, `${url}/entities?key=batch-1`, 'Entities')
  // Its own key shows neither merge, nor that the first was reverted.
  await page.getByText('merged into MIX-2').waitFor()
  const steps = page.locator('.life li')
  await until(async () => (await steps.count()) === 6, { what: 'six steps' })
  const texts = await steps.allInnerTexts()
  expect(texts.map((text) => text.replace(/\s+/g, ' '))).toEqual([
    expect.stringMatching(/merged into another MIX-2 at Mixer/),
    expect.stringMatching(/restored: merge reverted mix-1 at Mixer/),
    expect.stringMatching(/merged into another MIX-1 at Mixer/),
    expect.stringMatching(/modified attribute grade added: "extra fine" correlation order-17/),
    expect.stringMatching(/moved Dock 1 \(stage\) → Cold store/),
    expect.stringMatching(/received at Dock 1 \(stage\), quantity 40/),
  ])
  await page.locator('.life li', { hasText: 'Cold store' }).getByText('processed at').waitFor()
  await page.getByText('"count":3').waitFor()
  await page.locator('.graph .node').first().waitFor()
  expect(await page.locator('.graph .edge.reverted').count()).toBe(1)
  const table = page.getByRole('table', { name: 'Merges and restores' })
  await table.getByRole('row', { name: /BATCH-1 MIX-1 merged into reverted/ }).waitFor()
  await page.getByText(/looked for in the newest 20,0\d\d records of all entities/).waitFor()
  await expectGood(page)
  await page.getByRole('button', { name: 'Look further back' }).click()
  await page.getByText('This began where an earlier look had stopped').waitFor()
  await page.goBack()

  await table.getByRole('link', { name: 'MIX-2' }).first().click()
  await page.getByText('merged into SAUCE-1').waitFor()
  await page.locator('.graph a', { hasText: 'SAUCE-1' }).click()
  await page.getByText('in a bundle').waitFor()
  await page.getByText('PALLET-9').first().waitFor()
  await page.locator('.life').getByRole('link', { name: 'jar-1' }).waitFor()
  await page.getByText('299').waitFor()
  await visit(page, `${url}/entities?key=nobody`, 'Entities')
  await page.getByText('No event of it is in the topics').waitFor()
}

/** Reported, so that it can be compared: the limit is for what is wrong, not for a busy machine. */
async function manyEvents(page: Page, { url }: RunningConsole): Promise<void> {
  const begunMs = performance.now()
  await page.goto(`${url}/entities?key=pallet-8`)
  await page.getByText('Bay 5000').first().waitFor()
  const usableMs = Math.round(performance.now() - begunMs)
  process.stderr.write(`an entity with ${MANY} events is usable after ${usableMs} ms\n`)
  expect(usableMs).toBeLessThan(10_000)
  const steps = page.locator('.life li')
  expect(await steps.count()).toBe(200)
  await page.getByText('4,999').first().waitFor()
  await page.getByRole('button', { name: 'Show older ones' }).click()
  await until(async () => (await steps.count()) === 400, { what: 'older ones' })
  expect(await steps.last().innerText()).toContain('Bay 4600')
}

async function hostileText(page: Page, running: RunningConsole): Promise<void> {
  const { page: narrow, complaints } = await logIn(browser, running, 'admin', { width: 360 })
  const entity = `/entities?${new URLSearchParams({ key: HOSTILE })}`
  for (const each of [page, narrow]) {
    await visit(each, `${running.url}${entity}`, 'Entities')
    await each.locator('.life li', { hasText: 'onerror' }).first().waitFor()
    await expectGood(each)
    await each.locator('.life a', { hasText: 'moved' }).click()
    await each.getByText('The event as JSON').or(each.locator('.json')).first().waitFor()
    await expectGood(each)
    await visit(each, `${running.url}/events?text=onerror`, 'Events')
    await each.getByText('<img src=x onerror=').first().waitFor()
    await expectGood(each)
    expect(await each.title()).toBe('Events · inventory-events')
  }
  await visit(narrow, `${running.url}/entities?key=sauce-1`, 'Entities')
  await narrow.locator('.graph .node').first().waitFor()
  await expectGood(narrow)
  expect(complaints).toEqual([])
}

/** A reader sees the fields of the list, and finds nothing by others. */
async function masked(running: RunningConsole): Promise<void> {
  const { page } = await logIn(browser, running, 'reader')
  const { url } = running
  await visit(page, `${url}/events?text=extra%20fine`, 'Events')
  await page.getByText(/read all/).waitFor()
  await page.getByText('What the role reader does not see is not searched').waitFor()
  await visit(page, `${url}/events?text=cold%20store`, 'Events')
  await page.getByText(/read all/).waitFor()
  expect(await rows(page)).toBe(1)
  await page.locator('.data a').last().click()
  await page.getByText('Masked for your role').waitFor()
  await page.getByText('"Cold store"').waitFor()
  expect(await page.content()).not.toContain('Dock 1')
  await visit(page, `${url}/entities?key=batch-1`, 'Entities')
  await page.getByText('merged into mix-2').waitFor()
  await page.getByText('masked, or not said').first().waitFor()
  await page.locator('.life li', { hasText: 'changes' }).waitFor()
  await visit(page, `${url}/entities?key=batch-3`, 'Entities')
  await page.locator('.life .outcome', { hasText: 'dead-lettered' }).first().waitFor()
  await page.getByText('masked for this role').first().waitFor()
  const content = await page.content()
  for (const hidden of ['extra fine', 'what the event held', '"count"']) {
    expect(content).not.toContain(hidden)
  }
  await expectGood(page)
}

async function refused(running: RunningConsole): Promise<void> {
  const { page } = await logIn(browser, running, 'viewer')
  for (const [path, heading] of [
    ['/events', 'Events'],
    ['/events/one?id=x', 'Event'],
    ['/entities?key=batch-1', 'Entities'],
  ] as const) {
    await visit(page, `${running.url}${path}`, heading)
    await page.getByText('The role viewer sees no events').waitFor()
  }
  const status = (path: string) => page.evaluate(`fetch('${path}').then((a) => a.status)`)
  const paths = [
    'events',
    'event?id=x',
    'record?place=t/0@0',
    'entity?key=x',
    'entity/outcomes?key=x',
  ]
  for (const path of paths) expect(await status(`/api/${path}`)).toBe(403)
}

async function picturesOf(running: RunningConsole, { id }: InventoryEvent): Promise<void> {
  const views: [path: string, heading: string, picture: string, ready: string][] = [
    ['/events?kind=inventory.*&entity=batch-1', 'Events', 'events', 'read all'],
    [`/events/one?id=${id}&entity=batch-3`, 'Event', 'event', '"reason"'],
    ['/entities?key=batch-1', 'Entities', 'entity', '"count":3'],
  ]
  const { page } = await logIn(browser, running, 'operator')
  for (const [path, heading, name, ready] of views) {
    await visit(page, `${running.url}${path}`, heading)
    await page.getByText(ready).first().waitFor()
    await page.waitForLoadState('networkidle')
    await pictures(page, name)
  }
}

/** How many there are, also where a long table shows a page of them. */
async function rows(page: Page): Promise<number> {
  const table = page.locator('table.data').first()
  if ((await table.count()) === 0) return 0
  const all = await table.getAttribute('aria-rowcount')
  return all === null ? table.locator('tbody tr').count() : Number(all) - 1
}
