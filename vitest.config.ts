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

/** These show why the code is as it is, and what a kill leaves, and take minutes: `npm run test:hazards` runs them. */
const REASONS = ['test/{hazards,kills}/**/*.test.ts', 'test/model/mutants.test.ts']

/**
 * These change kafkajs or other modules for good, or what handlers of other tests that never end would
 * change, so each of them gets modules of its own.
 */
const CHANGE_MODULES = [
  'test/unit/pipeline/handle/unreturned.test.ts',
  'test/unit/kafka/patches/**/*.test.ts',
  'test/unit/testing/{defaults,run-batches}.test.ts',
]

/** Files run one after the other in a few workers, which load the sources once and not for each file. */
const shared = { isolate: false, unstubEnvs: true, unstubGlobals: true }

/** The limits catch what hangs. Slowness on a busy machine is not a failure. */
const withoutKafka = { env, pool: 'threads' as const, testTimeout: 120_000, hookTimeout: 120_000 }

/** These show what plain kafkajs does, so no other test may have changed it before. */
const PLAIN_KAFKAJS = [
  'test/integration/{codecs,out-of-range,produce-acknowledged,transactions}.test.ts',
]

const withKafka = {
  env,
  globalSetup: 'test/support/integration-setup.ts',
  setupFiles: 'test/support/overwrite-given-back.ts',
  testTimeout: 400_000,
  hookTimeout: 400_000,
}

export default defineConfig({
  resolve: { alias },
  test: {
    sequence: { sequencer: LongestFirst },
    // More of them only get in each other's way on two cores. Projects with the same number share their workers.
    maxWorkers: 5,
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'unit',
          ...withoutKafka,
          ...shared,
          include: ['test/{unit,contract,guards,model}/**/*.test.ts'],
          exclude: [...REASONS, ...CHANGE_MODULES],
        },
      },
      {
        resolve: { alias },
        test: { name: 'unit-apart', ...withoutKafka, include: CHANGE_MODULES },
      },
      {
        resolve: { alias },
        test: {
          name: 'integration',
          ...withKafka,
          ...shared,
          include: ['test/integration/**/*.test.ts'],
          exclude: PLAIN_KAFKAJS,
        },
      },
      {
        resolve: { alias },
        test: { name: 'integration-apart', ...withKafka, include: PLAIN_KAFKAJS },
      },
      {
        resolve: { alias },
        test: {
          name: 'clusters',
          ...withKafka,
          ...shared,
          include: ['test/clusters/**/*.test.ts'],
        },
      },
      {
        resolve: { alias },
        test: { name: 'console', ...withKafka, ...shared, include: ['test/console/**/*.test.ts'] },
      },
      {
        resolve: { alias },
        test: {
          name: 'programs',
          ...withKafka,
          ...shared,
          include: ['test/programs/**/*.test.ts'],
        },
      },
      {
        resolve: { alias },
        // Of the mutants of the model, as many at once.
        test: { name: 'hazards', ...withKafka, include: REASONS, maxConcurrency: 2 },
      },
    ],
  },
})
