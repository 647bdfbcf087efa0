import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { onTestFinished } from 'vitest'
import { fetchKafka, startKafka } from '../../src/dev/stack/kafka.ts'
import { pickPorts } from '../../src/dev/stack/ports.ts'
import type { Site } from '../../src/dev/stack/site.ts'
import { jarsFolder } from '../../src/dev/stack/stack.ts'
import { type Node, nodeAt } from '../faults/node.ts'

export interface OwnKafka extends Node {
  brokers: string
  kafka: Kafka
}

/** A broker for one test, which can kill and restart it. Needs Maven and Java. */
export async function startOwnKafka(): Promise<OwnKafka> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'own-kafka-')))
  const signal = AbortSignal.timeout(600_000)
  const site = {
    folder,
    jarsFolder: jarsFolder(resolve('.inventory-events')),
    signal,
    say: () => {},
  }
  const jars = await fetchKafka({
    ...site,
    mark: '',
    launch: undefined as unknown as Site['launch'],
  })
  const ports = await pickPorts()
  const node = nodeAt(
    folder,
    'own-kafka',
    (at) => startKafka({ ...site, ...at }, jars, ports),
    signal,
  )
  onTestFinished(async () => {
    await node.kill()
    await rm(folder, { recursive: true, force: true })
  })
  await node.start()
  const brokers = `127.0.0.1:${ports.kafka}`
  const kafka = new Kafka({ clientId: 'test', brokers: [brokers], logLevel: logLevel.NOTHING })
  return { ...node, brokers, kafka }
}
