import { subjectName } from '../../src/avro/registry/subject-name.ts'
import { builtInContract } from '../../src/avro/schema/contract-schemas.ts'
import { waitUntil } from '../../src/dev/stack/process/poll.ts'
import type { Cluster } from '../faults/cluster.ts'
import { startCli } from '../support/start-cli.ts'

export const SECRET = 'whsec_of_the_load'

const TOPIC = 'gateway-load'
const READY_MS = 60_000

/** Creates a topic with its schemas, replicated to all brokers. */
export async function prepareTopic({ kafka, registry }: Cluster): Promise<string> {
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: 6, replicationFactor: 3 }] })
  await admin.disconnect()
  for (const { fullName, text } of builtInContract().schemas) {
    await registry.register(subjectName(TOPIC, fullName), text)
  }
  return TOPIC
}

/** Runs `inventory-events gateway` as a child process. */
export async function startGatewayAt({ direct, config }: Cluster, topic: string) {
  const { child, output, ended } = startCli(['gateway'], {
    KAFKA_BROKERS: direct,
    SCHEMA_REGISTRY_URL: config.SCHEMA_REGISTRY_URL,
    GATEWAY_PORT: '0',
    HTTP_PORT: '0',
    GATEWAY_SECRETS: SECRET,
    GATEWAY_INVENTORY_TOPIC: topic,
    GATEWAY_DELIVERY_TIMEOUT_MS: '5000',
  })
  const portIn = () => /"port":(\d+)/.exec(output.out)?.[1]
  const isUp = async () => portIn() !== undefined || child.exitCode !== null
  if (!(await waitUntil(isUp, { timeoutMs: READY_MS })) || portIn() === undefined) {
    throw new Error(`the gateway did not start: ${output.out}${output.err}`)
  }
  return {
    port: Number(portIn()),
    /** Resolves to its exit code. */
    async stop() {
      child.kill('SIGTERM')
      return ended
    },
  }
}
