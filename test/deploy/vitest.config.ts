import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Apart from the other tests: it runs for minutes, and stops the broker that it shares with none. */
export default defineConfig({
  root,
  resolve: { alias: { 'inventory-events': `${root}src/index.ts` } },
  test: {
    name: 'deploy',
    include: ['test/deploy/**/*.test.ts'],
    globalSetup: ['test/deploy/setup.ts'],
    testTimeout: 300_000,
    hookTimeout: 240_000,
    // Each step builds on the one before.
    bail: 1,
  },
})
