import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { endDockerStack, startDockerStack } from '../../../../src/dev/stack/docker-stack.ts'
import { stackDown, stackUp } from '../../../../src/dev/stack/stack.ts'
import { writeRecord } from '../../../../src/dev/stack/state-file.ts'
import { writeExecutable } from '../../../support/write-executable.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'docker-'))
  vi.stubEnv('PATH', `${folder}:${process.env.PATH}`)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true, force: true })
})

/** A fake `docker compose` that records its arguments and ports. */
function fakeDocker(body: string) {
  const note = `echo "$KAFKA_PORT $SCHEMA_REGISTRY_PORT $*" >> ${folder}/calls`
  writeExecutable(join(folder, 'docker'), `#!/bin/sh\n${note}\n${body}\n`)
}
const calls = () => readFile(join(folder, 'calls'), 'utf8').catch(() => '')

const ports = { kafka: 1, controller: 2, registry: 3 }
const said: string[] = []
const say = (message: string) => said.push(message)

describe('a stack in Docker', () => {
  it('that does not start reports why, and is removed', async () => {
    fakeDocker('case "$*" in *up*) echo "no such image"; exit 18;; esac')
    const refusal = startDockerStack({ folder, ports, say })
    await expect(refusal).rejects.toMatchObject({ code: 'STACK_UNAVAILABLE' })
    await expect(refusal).rejects.toThrow(/cannot start .* with Docker \(18\): no such image/)
    expect(said).toContain('docker: no such image')
    const project =
      /1 3 compose -p (inventory-events-\w{8}) -f \S+docker-compose.yml up -d kafka registry\n/
    const [, name] = project.exec(await calls())!
    expect(await calls()).toMatch(new RegExp(`1 3 compose -p ${name} -f \\S+ down\n$`))
  })

  it('stops waiting when interrupted, even if a part of it responds', async () => {
    fakeDocker('')
    const interrupted = new AbortController()
    const registry = createServer((_, response) => {
      response.on('finish', () => interrupted.abort()).end('[]')
    })
    await new Promise<void>((done) => registry.listen(0, '127.0.0.1', done))
    const port = (registry.address() as AddressInfo).port
    const { signal } = interrupted
    const start = startDockerStack({ folder, ports: { ...ports, registry: port }, say, signal })
    await expect(start).rejects.toThrow(/Kafka at 127\.0\.0\.1:1 in Docker/)
    registry.close()
  })

  it('is stopped by its project name', async () => {
    fakeDocker('')
    await endDockerStack({ folder, ports, say })
    expect(await calls()).toMatch(/compose -p inventory-events-\w{8} -f \S+ down\n$/)
  })

  it('retries with other ports when one was taken before Docker bound it', async () => {
    const taken = `mkdir ${folder}/once 2>/dev/null && echo "port is already allocated" && exit 1`
    fakeDocker(`case "$*" in *up*) ${taken}; echo "no such image"; exit 18;; esac`)
    const probes = { docker: async () => undefined, maven: async () => undefined }
    const start = stackUp({ folder, env: {}, say, probes })
    await expect(start).rejects.toThrow('(18): no such image')
    const [first, second, ...others] = (await calls()).match(/^\d+ \d+(?= .* up )/gm)!
    expect(second).not.toBe(first)
    expect(others).toEqual([])
    expect(said).toContain('a port was taken before it could be bound; retrying with other ports')
  })

  it('is not removed when the engine is gone, which is logged', async () => {
    fakeDocker('')
    await writeRecord(join(folder, 'stack'), { version: 1, way: 'docker', ports })
    const probes = { docker: async () => 'gone', maven: async () => undefined }
    await stackDown({ folder, env: {}, say, probes })
    expect(await calls()).toBe('')
    expect(said.at(-1)).toBe(
      'cannot remove the containers of the last stack: Docker is unavailable (gone)',
    )
  })
})
