import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { guards } from './guards.ts'

const guard = guards.find(({ name }) => name === process.env.GUARD)
if (guard === undefined) throw new Error(`no guard is named ${process.env.GUARD}`)

/** Runs a hazard's test with one guard removed from the source. */
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
    setupFiles: ['test/support/overwrite-given-back.ts'],
    env: { HOLDS_MS: '30000' },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // The first failure is enough. Cases of plain kafkajs come first in each file.
    bail: 1,
    // A cached module might lack another guard.
    fsModuleCache: false,
  },
})
