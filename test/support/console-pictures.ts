import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { REPO } from './clone.ts'
import { expectFits, seriousFaults } from './console.ts'

/** `PICTURES=docs/images npm run test:console` takes those of docs/console.md again. */
const PICTURES = join(REPO, process.env.PICTURES ?? '.inventory-events/pictures')

/** Nothing keeps people from using the page, at its width. */
export async function expectGood(page: Page): Promise<void> {
  await expectFits(page)
  expect(await seriousFaults(page)).toEqual([])
}

/** Takes the page in both schemes, in each of which it must be good; `isWhole` with what is below the window. */
export async function pictures(page: Page, name: string, { isWhole = true } = {}): Promise<void> {
  await mkdir(PICTURES, { recursive: true })
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme })
    await expectGood(page)
    const path = join(PICTURES, `console-${name}-${scheme}.png`)
    await page.screenshot({ path, fullPage: isWhole })
  }
}
