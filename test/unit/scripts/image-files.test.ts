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
  ['src/service/service.ts', 'is not what the Dockerfile copies'],
  ['test/support/serve.ts', 'is not what the Dockerfile copies'],
  ['tmp/left-over', 'is not what the Dockerfile copies'],
  ['node_modules/vitest/index.js', 'is of a package for development'],
  ['node_modules/unknown/index.js', 'is of a package that the lockfile does not have'],
  ['.env.local', 'looks like a secret or a work file'],
  ['dist/client.key', 'looks like a secret or a work file'],
  ['.npmrc', 'looks like a secret or a work file'],
  ['.git/config', 'looks like a secret or a work file'],
])('an image must not hold %s', (path, why) => {
  expect(strangeFiles(['package.json', path], lockfile)).toEqual([`${path}: ${why}`])
})
