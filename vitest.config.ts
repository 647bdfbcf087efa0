import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/support/longest-first.ts'

const at = (path: string) => fileURLToPath(new URL(`./${path}`, import.meta.url))

const alias = [
  { find: /^inventory-events\/publisher$/, replacement: at('src/publisher.ts') },
  { find: /^inventory-events\/testing$/, replacement: at('src/testing.ts') },
  { find: /^inventory-events$/, replacement: at('src/index.ts') },
]

// Processes started by tests reuse the compiled code of earlier ones.
const env = { NODE_COMPILE_CACHE: at('.inventory-events/compiled') }

/** These start programs and build what they need, so they run with the integration tests. */
const PROGRAMS = ['test/contract/{package,avro-java,codecs-java}.test.ts']

/** These show why the code is as it is, and take minutes: `npm run test:hazards` runs them. */
const REASONS = ['test/kafkajs-hazards/**/*.test.ts', 'test/model/mutants.test.ts']

const withKafka = {
  env,
  globalSetup: ['test/support/stack-setup.ts', 'test/support/postgres-setup.ts'],
  testTimeout: 400_000,
  hookTimeout: 400_000,
}

export default defineConfig({
  resolve: { alias },
  test: {
    sequence: { sequencer: LongestFirst },
    // Tests wait more than they compute. Projects with the same number share their workers.
    maxWorkers: 4,
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'unit',
          env,
          include: ['test/{unit,contract,guards,model}/**/*.test.ts'],
          exclude: [...PROGRAMS, ...REASONS],
          pool: 'threads',
          // The limits catch what hangs. Slowness on a busy machine is not a failure.
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'integration',
          ...withKafka,
          include: ['test/integration/**/*.test.ts', ...PROGRAMS],
        },
      },
      { resolve: { alias }, test: { name: 'hazards', ...withKafka, include: REASONS } },
    ],
  },
})
