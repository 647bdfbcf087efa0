import { GenericContainer, Wait } from 'testcontainers'
import type { Endpoints } from '../../src/dev/stack/maven-stack.ts'
import { pickPorts } from '../../src/dev/stack/ports.ts'

const START_MS = 300_000

/** The images of docker-compose.yml; testcontainers removes them even when this process is killed. */
export async function startContainers(): Promise<Endpoints & { stop: () => Promise<void> }> {
  const port = (await pickPorts()).kafka
  const [kafka, registry] = await Promise.all([startKafka(port), startRegistry()])
  return {
    brokers: `${kafka.getHost()}:${port}`,
    registryUrl: `http://${registry.getHost()}:${registry.getMappedPort(8080)}/apis/ccompat/v7`,
    stop: async () => {
      await Promise.all([kafka.stop(), registry.stop()])
    },
  }
}

/** The port is chosen beforehand, because a broker advertises its address to clients. */
function startKafka(port: number) {
  return new GenericContainer('apache/kafka:4.3.0')
    .withExposedPorts({ container: 9092, host: port })
    .withEnvironment({
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_LISTENERS: 'PLAINTEXT://:9092,CONTROLLER://:9093',
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${port}`,
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: '8',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS: '8',
      KAFKA_HEAP_OPTS: '-Xmx512m',
    })
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
    .withStartupTimeout(START_MS)
    .start()
}

function startRegistry() {
  return new GenericContainer('apicurio/apicurio-registry-mem:2.4.2.Final')
    .withExposedPorts(8080)
    .withWaitStrategy(Wait.forHttp('/apis/ccompat/v7/subjects', 8080))
    .withStartupTimeout(START_MS)
    .start()
}

/** Starts Postgres from its official image. */
export async function startPostgresContainer() {
  const container = await new GenericContainer('postgres:18')
    .withExposedPorts(5432)
    .withEnvironment({ POSTGRES_PASSWORD: 'password' })
    .withCommand(['postgres', '-c', 'fsync=off'])
    .withWaitStrategy(Wait.forListeningPorts())
    .withStartupTimeout(START_MS)
    .start()
  const url = `postgres://postgres:password@${container.getHost()}:${container.getMappedPort(5432)}/postgres`
  return { url, remove: async () => void (await container.stop()) }
}
