import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const src = (file: string) => fileURLToPath(new URL(`./src/${file}`, import.meta.url))

const alias = [
  { find: /^inventory-events\/publisher$/, replacement: src('publisher.ts') },
  { find: /^inventory-events\/testing$/, replacement: src('testing.ts') },
  { find: /^inventory-events$/, replacement: src('index.ts') },
]

export default defineConfig({
  resolve: { alias },
  test: {
    projects: [
      {
        resolve: { alias },
        test: { name: 'unit', include: ['test/{unit,contract,guards,model}/**/*.test.ts'] },
      },
      {
        resolve: { alias },
        test: {
          name: 'integration',
          include: ['test/{integration,kafkajs-hazards}/**/*.test.ts'],
          globalSetup: ['test/support/stack-setup.ts', 'test/support/postgres-setup.ts'],
          testTimeout: 150_000,
          hookTimeout: 120_000,
          // They wait more than they compute. Another number of workers asks for a group of its own.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
