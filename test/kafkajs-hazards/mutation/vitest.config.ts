import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { guards } from './guards.ts'

const guard = guards.find(({ name }) => name === process.env.GUARD)
if (guard === undefined) throw new Error(`no guard is named ${process.env.GUARD}`)

/** A hazard's test against a code base in which one guard is missing. */
export default defineConfig({
  root: fileURLToPath(new URL('../../..', import.meta.url)),
  plugins: [
    {
      name: 'without-guard',
      enforce: 'pre',
      transform(code, id) {
        if (!id.endsWith(guard.file)) return undefined
        if (code.split(guard.from).length !== 2) throw new Error(`GUARD-NOT-FOUND ${guard.name}`)
        return code.replace(guard.from, () => guard.to)
      },
    },
  ],
  test: {
    include: [guard.test],
    globalSetup: ['test/support/stack-setup.ts'],
    env: { HOLDS_MS: '30000' },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // What fails first is enough. Cases of plain kafkajs come first in each file.
    bail: 1,
    // A cached module would be that of another guard.
    fsModuleCache: false,
  },
})
