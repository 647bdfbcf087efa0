import { expect, it } from 'vitest'
import { strangeFiles } from '../../../scripts/check-deploy/image-files.ts'

const lockfile = {
  packages: {
    'node_modules/kafkajs': {},
    'node_modules/@kafkajs/confluent-schema-registry': {},
    'node_modules/vitest': { dev: true },
  },
}

it.each([
  'package.json',
  'bin/inventory-events.js',
  'dist/cli/main.js',
  'schemas/node.avsc',
  'node_modules/.package-lock.json',
  'node_modules/.bin/semver',
  'node_modules/kafkajs/index.js',
  'node_modules/@kafkajs/confluent-schema-registry/dist/index.js',
])('an image may hold %s', (path) => {
  expect(strangeFiles([path], lockfile)).toEqual([])
})

it.each([
  ['src/service/service.ts', 'is not copied by the Dockerfile'],
  ['test/support/serve.ts', 'is not copied by the Dockerfile'],
  ['tmp/left-over', 'is not copied by the Dockerfile'],
  ['node_modules/vitest/index.js', 'belongs to a development dependency'],
  ['node_modules/unknown/index.js', 'belongs to a package that is not in the lockfile'],
  ['.env.local', 'looks like a secret or a work file'],
  ['dist/client.key', 'looks like a secret or a work file'],
  ['.npmrc', 'looks like a secret or a work file'],
  ['.git/config', 'looks like a secret or a work file'],
])('an image must not hold %s', (path, why) => {
  expect(strangeFiles(['package.json', path], lockfile)).toEqual([`${path}: ${why}`])
})
