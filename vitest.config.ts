import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/support/longest-first.ts'

const at = (path: string) => fileURLToPath(new URL(`./${path}`, import.meta.url))

const alias = [
  { find: /^inventory-events\/publisher$/, replacement: at('src/publisher.ts') },
  { find: /^inventory-events\/testing$/, replacement: at('src/testing.ts') },
  { find: /^inventory-events$/, replacement: at('src/index.ts') },
]

// Processes that tests start find what an earlier one has compiled.
const env = { NODE_COMPILE_CACHE: at('.inventory-events/compiled') }

/** They start programs, and build what those need: not for a look in between. */
const PROGRAMS = [
  'test/contract/{package,avro-java,codecs-java}.test.ts',
  'test/model/mutants.test.ts',
]

export default defineConfig({
  resolve: { alias },
  test: {
    sequence: { sequencer: LongestFirst },
    // Tests wait more than they compute. It is the same for all projects, so that they run together.
    maxWorkers: 4,
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'unit',
          env,
          include: ['test/{unit,contract,guards,model}/**/*.test.ts'],
          exclude: PROGRAMS,
          pool: 'threads',
          // Limits are for what hangs: a busy machine is slow, and that is no failure.
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'integration',
          env,
          include: ['test/{integration,hazards}/**/*.test.ts', ...PROGRAMS],
          globalSetup: ['test/support/stack-setup.ts', 'test/support/postgres-setup.ts'],
          testTimeout: 400_000,
          hookTimeout: 400_000,
        },
      },
    ],
  },
})
