import type { Browser, Page } from 'playwright-core'
import { systemClock } from '../../src/util/clock.ts'

export interface ConsolePage {
  path: string
  /** What is there when the page can be used. */
  selector: string
}

export interface PageTimes {
  path: string
  /** From the request of the page, with nothing cached, until its rows are painted. */
  usableMs: number[]
  /** The processor time of the page's thread until then: on a busy machine it says more than the time that passed. */
  threadMs: number[]
  /** From a key in its search until the rows are painted; none without a search. */
  searchMs: number[]
  rows: number
}

const SEARCH = 'main input[type="search"]'
const PATIENCE_MS = 60_000
const POLL_MS = 20

/** Opens each page several times, each time in a browser context that has seen nothing. */
export async function timePages(
  browser: Browser,
  url: string,
  pages: readonly ConsolePage[],
  times: number,
): Promise<PageTimes[]> {
  const results: PageTimes[] = []
  for (const { path, selector } of pages) {
    const result: PageTimes = { path, usableMs: [], threadMs: [], searchMs: [], rows: 0 }
    for (let n = 0; n < times; n++) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
      const page = await context.newPage()
      page.setDefaultTimeout(PATIENCE_MS)
      await page.addInitScript(noteWhenPainted, selector)
      const threadMs = await threadTime(page)
      await page.goto(`${url}${path}`)
      result.usableMs.push(await paintedMs(page))
      result.threadMs.push(await threadMs())
      result.rows = await page.locator('tbody tr').count()
      if ((await page.locator(SEARCH).count()) > 0) result.searchMs.push(await timeSearch(page))
      await context.close()
    }
    results.push(result)
  }
  return results
}

/** Runs in the page. */
function noteWhenPainted(selector: string): void {
  const { document, requestAnimationFrame, performance } = globalThis as unknown as PageGlobals
  const look = () => {
    if (document.querySelector(selector) === null) return requestAnimationFrame(look)
    // The frame with it has been painted when the next one begins.
    requestAnimationFrame(() => {
      Object.assign(globalThis, { paintedMs: performance.now() })
    })
  }
  requestAnimationFrame(look)
}

/** The policy of the page lets nothing wait in it, so it is asked. */
async function paintedMs(page: Page): Promise<number> {
  const deadline = performance.now() + PATIENCE_MS
  while (performance.now() < deadline) {
    const found = await page.evaluate('globalThis.paintedMs ?? null')
    if (typeof found === 'number') return Math.round(found)
    await systemClock.sleep(POLL_MS)
  }
  throw new Error(`${page.url()}: waited ${PATIENCE_MS / 1000} s until it could be used`)
}

async function threadTime(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const taskSeconds = async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN
  }
  const before = await taskSeconds()
  return async () => Math.round(Math.max(0, (await taskSeconds()) - before) * 1_000)
}

interface PageGlobals {
  document: { querySelector(selector: string): object | null }
  requestAnimationFrame(callback: () => void): void
  performance: { now(): number }
}

async function timeSearch(page: Page): Promise<number> {
  const took = await page.evaluate(`new Promise((resolve) => {
    const input = document.querySelector('${SEARCH}')
    const startMs = performance.now()
    input.value = '49'
    input.dispatchEvent(new Event('input', { bubbles: true }))
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - startMs)))
  })`)
  return Math.round(took as number)
}
