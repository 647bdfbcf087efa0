import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Separate from the other tests: takes minutes, and stops its own broker. */
export default defineConfig({
  root,
  resolve: { alias: { 'inventory-events': `${root}src/index.ts` } },
  test: {
    name: 'deploy',
    include: ['test/deploy/**/*.test.ts'],
    globalSetup: ['test/deploy/setup.ts'],
    testTimeout: 300_000,
    hookTimeout: 240_000,
    // Each test depends on the previous one.
    bail: 1,
  },
})
