import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import { onTestFinished } from 'vitest'

const CHROMIUMS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

const PATIENCE_MS = 120_000

/** Undefined where no Chromium is installed: "apt-get install chromium". */
export const CHROMIUM = CHROMIUMS.find((path) => existsSync(path))

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM!, args: ['--disable-dev-shm-usage'] })
}

export interface Opened {
  page: Page
  /** What the browser refused or reported, which must be nothing. */
  complaints: string[]
}

/** A page of a browser with nothing stored, closed after the test. */
export async function open(
  browser: Browser,
  { scheme = 'light', width = 1280 }: { scheme?: 'light' | 'dark'; width?: number } = {},
): Promise<Opened> {
  const context = await browser.newContext({
    colorScheme: scheme,
    viewport: { width, height: 800 },
    timezoneId: 'Europe/Berlin',
    locale: 'en-GB',
  })
  onTestFinished(() => context.close())
  const page = await context.newPage()
  // A busy machine is slow: only what never comes is given up.
  page.setDefaultTimeout(PATIENCE_MS)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  return { page, complaints }
}
