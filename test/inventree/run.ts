import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { leaveCounts } from '../../scripts/leave-counts.ts'
import { installPlugin } from '../support/inventree.ts'
import { pythonMissing } from '../support/python.ts'

/** The time limit: afterwards pytest is killed and the test has failed. */
const LIMIT_MS = 600_000

/** Installs InvenTree's plugin and runs its tests, which write their counts to COUNTS_FILE. */
async function main(args: string[]): Promise<number> {
  const missing = pythonMissing()
  if (missing !== undefined) return skip(missing)
  const plugin = await installPlugin()
  try {
    const options = {
      cwd: plugin.folder,
      env: plugin.env,
      stdio: 'inherit',
      timeout: LIMIT_MS,
    } as const
    const [code] = await once(spawn('python3', ['-m', 'pytest', ...args], options), 'close')
    return code ?? 1
  } finally {
    await plugin.remove()
  }
}

async function skip(missing: string): Promise<number> {
  console.log(`skipped: there is no ${missing}`)
  await leaveCounts({ passed: 0, failed: [], skipped: [`InvenTree's plugin (no ${missing})`] })
  return 0
}

process.exitCode = await main(process.argv.slice(2))
