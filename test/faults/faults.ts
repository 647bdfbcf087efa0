import { setTimeout as sleep } from 'node:timers/promises'
import { companionTopics, marksTopicOf } from '../../src/topics/names.ts'
import { type Broker, OFFSETS_PARTITIONS } from './broker.ts'
import { moveLeaders } from './leaders.ts'
import type { StoreName } from './plugin-rules.ts'
import type { Scene } from './scene.ts'
import { checkTopics, overtake, refuseDeadLetters } from './topic-faults.ts'
import { asAdmin } from './topics.ts'
import { unseenEvents } from './unseen.ts'

const HOUR_MS = 3_600_000

/** Injects a fault. Resolves when it has been repaired. */
export type Fault = (scene: Scene) => Promise<void>

export const faults: Record<string, Fault> = {
  none: () => sleep(3_000),

  async 'replica killed'({ replicaSet, random }) {
    replicaSet.kill(random.pick(replicaSet.replicas))
    await replicaSet.start()
  },

  async 'replica frozen'({ replicaSet, random, sessionMs }) {
    const wake = replicaSet.freeze(random.pick(replicaSet.replicas))
    await sleep(sessionMs + 6_000)
    wake()
  },

  async 'leader killed'(scene) {
    await whileDown(await leaderOf(scene, scene.topic, 0), scene)
  },

  async 'coordinator killed'(scene) {
    const partition = Math.abs(javaHash(scene.groupId)) % OFFSETS_PARTITIONS
    await whileDown(await leaderOf(scene, '__consumer_offsets', partition), scene)
  },

  /** At the same time as replicas come and go. */
  async 'leaders moved'(scene) {
    const { cluster, replicaSet, signal } = scene
    const topics = [...logsOf(scene), '__consumer_offsets']
    for (const replica of [...replicaSet.replicas]) {
      await scene.whileCoordinatorMoves(async () => {
        const replaced = replicaSet.stop(replica).then(() => replicaSet.start())
        await Promise.all([replaced, moveLeaders(cluster, topics, signal)])
        await replicaSet.shared()
      })
    }
  },

  async 'connections cut'({ replicaSet, cluster, sessionMs }) {
    const proxied = await replicaSet.proxied()
    for (const ms of [0, 500, sessionMs + 6_000]) {
      const healed = replicaSet.openFaultWindow(proxied)
      for (const proxy of cluster.proxies) proxy.cut()
      await sleep(ms)
      for (const proxy of cluster.proxies) proxy.restore()
      healed()
      await sleep(1_500)
    }
  },

  async 'connections delayed'({ replicaSet, cluster }) {
    const healed = replicaSet.openFaultWindow(await replicaSet.proxied())
    for (const proxy of cluster.proxies) proxy.delay(400)
    await sleep(12_000)
    for (const proxy of cluster.proxies) proxy.restore()
    healed()
  },

  async 'connections half-open'({ replicaSet, cluster, sessionMs }) {
    const healed = replicaSet.openFaultWindow(await replicaSet.proxied())
    for (const proxy of cluster.proxies) proxy.fallSilent()
    await sleep(sessionMs + 6_000)
    for (const proxy of cluster.proxies) proxy.restore()
    healed()
  },

  /** And forward again, to the true time. */
  async 'clock set back'(scene) {
    for (const offsetMs of [-HOUR_MS, 0]) {
      await scene.setClock(offsetMs)
      await sleep(8_000)
    }
  },

  async 'registry stopped'({ cluster, topic }) {
    const publishUnseen = await unseenEvents(cluster, topic, 50)
    await cluster.registryNode.kill()
    await publishUnseen()
    await sleep(6_000)
    await cluster.registryNode.start()
  },

  async 'postgres stopped'({ cluster }) {
    const postgres = await cluster.postgres()
    await postgres.stop()
    await sleep(6_000)
    await postgres.start()
  },

  'rolling restart': (scene) => roll(scene),

  async 'replicas added and removed'({ replicaSet }) {
    await replicaSet.startAll(2)
    await replicaSet.shared()
    await Promise.all(replicaSet.replicas.slice(0, 2).map((replica) => replicaSet.stop(replica)))
  },

  async 'topic added'(scene) {
    const load = await scene.addTopic()
    await load.start()
    await roll(scene)
  },

  /** The steps of docs/adding-partitions.md. */
  async 'partitions added'(scene) {
    const { replicaSet, topic } = scene
    await scene.stopLoads()
    await scene.caughtUp()
    const count = replicaSet.replicas.length
    await replicaSet.stopAll()
    await scene.widen(topic)
    await checkTopics(scene)
    await replicaSet.startAll(count)
    await replicaSet.shared()
    await scene.startLoads()
  },

  'retention overtakes': overtake,

  'dead letters refused': refuseDeadLetters,
}

const ON_POSTGRES = [
  'replica killed',
  'replica frozen',
  'coordinator killed',
  'leaders moved',
  'connections cut',
  'postgres stopped',
  'rolling restart',
]

/** The stores that a fault runs with by default. */
export function storesFor(fault: string): readonly StoreName[] {
  if (fault === 'postgres stopped') return ['postgres']
  return ON_POSTGRES.includes(fault) ? ['kafka', 'postgres'] : ['kafka']
}

/** Random faults, one after the other, for about this long. */
export function mixOf(durationMs: number): Fault {
  return async (scene) => {
    const isFor = (name: string) => name !== 'postgres stopped' || scene.store === 'postgres'
    const choices = Object.entries(faults).filter(([name]) => name !== 'none' && isFor(name))
    const endAtMs = Date.now() + durationMs
    while (Date.now() < endAtMs) {
      const [name, fault] = scene.random.pick(choices)
      scene.say(`  ${name}`)
      await fault(scene)
      await scene.replicaSet.shared()
    }
  }
}

/** Restarts one replica after the other, as a rolling update does. */
async function roll({ replicaSet }: Scene): Promise<void> {
  for (const replica of [...replicaSet.replicas]) {
    await replicaSet.stop(replica)
    await replicaSet.start()
    await replicaSet.shared()
  }
}

/** The topic under load, and the topics written for it. */
function logsOf({ topic, groupId }: Scene): string[] {
  return [topic, ...companionTopics(topic), marksTopicOf(topic, groupId)]
}

/** Keeps it down long enough for the others to notice and elect new leaders. */
async function whileDown(broker: Broker, scene: Scene): Promise<void> {
  scene.say(`  killing ${broker.name}`)
  const isBack = scene.replicaSet.outage()
  await broker.kill()
  await sleep(12_000)
  await broker.start()
  isBack()
}

async function leaderOf({ cluster }: Scene, topic: string, partition: number): Promise<Broker> {
  const { topics } = await asAdmin(cluster, (admin) =>
    admin.fetchTopicMetadata({ topics: [topic] }),
  )
  const found = topics[0]!.partitions.find((each) => each.partitionId === partition)!
  return cluster.brokers.find(({ id }) => id === found.leader)!
}

/** How Kafka chooses the partition of its offsets topic for a group, and so the coordinator. */
function javaHash(text: string): number {
  return [...text].reduce((hash, char) => (Math.imul(hash, 31) + char.charCodeAt(0)) | 0, 0)
}
