import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import type { Role } from '../../src/config/console-users.ts'
import { createUser } from '../../src/console/access/users.ts'
import { type Opened, open } from './browser.ts'
import { until } from './stack.ts'
import { startCli } from './start-cli.ts'

/** Starts `inventory-events console` with a user of each role. */
export async function startConsole(settings: Record<string, string>, args: string[] = []) {
  const roles: Role[] = ['viewer', 'reader', 'operator', 'admin']
  const users = await Promise.all(
    roles.map(async (role) => [role, await createUser(role, role)] as const),
  )
  const { child, output, ended } = startCli(['console', ...args], {
    ...settings,
    CONSOLE_PORT: '0',
    CONSOLE_USERS: users.map(([, { line }]) => line).join('\n'),
  })
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
  }
  onTestFinished(stop)
  const started = () => {
    if (child.exitCode !== null) throw new Error(`it ended: ${output.err}`)
    const lines = output.out.split('\n').filter((line) => line.startsWith('{'))
    return lines.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'started')
  }
  const { port } = await until(started, { what: 'the console to start' })
  const tokens = new Map(users.map(([role, { token }]) => [role, token]))
  const kill = () => child.kill('SIGKILL')
  return { url: `http://127.0.0.1:${port}`, token: (role: Role) => tokens.get(role)!, stop, kill }
}

export type RunningConsole = Awaited<ReturnType<typeof startConsole>>

/** A page of the console after the login. */
export async function logIn(
  browser: Browser,
  { url, token }: RunningConsole,
  role: Role,
  options: Parameters<typeof open>[1] = {},
): Promise<Opened> {
  const opened = await open(browser, options)
  const { page } = opened
  await page.goto(url)
  await page.getByLabel('Token').fill(token(role))
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  return opened
}

/** Goes to a view by its address, which says everything. */
export async function visit(page: Page, url: string, heading: string): Promise<void> {
  await page.goto(url)
  await page.getByRole('heading', { name: heading, exact: true, level: 1 }).waitFor()
}

/** What axe finds that keeps people from using the page. */
export async function seriousFaults(page: Page): Promise<string[]> {
  // The policy of the page allows no script of others, so it is evaluated, not added.
  await page.evaluate(axe.source)
  const violations = await page.evaluate(async () => {
    const { axe: loaded } = globalThis as unknown as {
      axe: {
        run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>
      }
    }
    return (await loaded.run()).violations.map(({ id, impact, nodes }) => ({
      id,
      impact,
      html: nodes[0]?.html,
    }))
  })
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, html }) => `${id}: ${html}`)
}

/** Nothing stands out to the right, so nobody has to scroll there. */
export async function expectFits(page: Page): Promise<void> {
  const [width, view] = (await page.evaluate(
    'Promise.resolve([document.documentElement.scrollWidth, innerWidth])',
  )) as [number, number]
  expect(width).toBeLessThanOrEqual(view)
}

export async function expectGood(page: Page): Promise<void> {
  await expectFits(page)
  expect(await seriousFaults(page)).toEqual([])
}
