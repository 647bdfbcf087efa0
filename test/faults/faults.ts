import { setTimeout as sleep } from 'node:timers/promises'
import { type Broker, OFFSETS_PARTITIONS } from './broker.ts'
import type { Scene } from './scene.ts'
import { unseenEvents } from './unseen.ts'

/** Something goes wrong and is mended. It is over when this resolves. */
export type Fault = (scene: Scene) => Promise<void>

export const faults: Record<string, Fault> = {
  none: () => sleep(3_000),

  async 'replica killed'(scene) {
    scene.kill(pickOne(scene))
    await scene.start()
  },

  async 'replica frozen'(scene) {
    const wake = scene.freeze(pickOne(scene))
    await sleep(scene.sessionMs + 6_000)
    wake()
  },

  async 'leader killed'(scene) {
    await whileDown(await leaderOf(scene, scene.topic, 0), scene)
  },

  async 'coordinator killed'(scene) {
    const partition = Math.abs(javaHash(scene.groupId)) % OFFSETS_PARTITIONS
    await whileDown(await leaderOf(scene, '__consumer_offsets', partition), scene)
  },

  async 'connections cut'(scene) {
    scene.victims.add(scene.proxied.pid)
    for (const ms of [0, 500, scene.sessionMs + 6_000]) {
      for (const proxy of scene.cluster.proxies) proxy.cut()
      await sleep(ms)
      for (const proxy of scene.cluster.proxies) proxy.restore()
      await sleep(1_500)
    }
  },

  async 'connections delayed'(scene) {
    scene.victims.add(scene.proxied.pid)
    for (const proxy of scene.cluster.proxies) proxy.delay(400)
    await sleep(12_000)
    for (const proxy of scene.cluster.proxies) proxy.restore()
  },

  async 'connections half-open'(scene) {
    scene.victims.add(scene.proxied.pid)
    for (const proxy of scene.cluster.proxies) proxy.fallSilent()
    await sleep(scene.sessionMs + 6_000)
    for (const proxy of scene.cluster.proxies) proxy.restore()
  },

  async 'registry stopped'(scene) {
    const publishUnseen = await unseenEvents(scene.cluster, scene.topic, 50)
    await scene.cluster.registryNode.kill()
    await publishUnseen()
    await sleep(6_000)
    await scene.cluster.registryNode.start()
  },

  async 'rolling restart'(scene) {
    for (const replica of [...scene.replicas]) {
      await scene.stop(replica)
      await scene.start()
      await scene.shared()
    }
  },

  async 'replicas added and removed'(scene) {
    await Promise.all([scene.start(), scene.start()])
    await scene.shared()
    await Promise.all(scene.replicas.slice(0, 2).map((replica) => scene.stop(replica)))
  },
}

/** Faults as the seed has them, one after the other, for about so long. */
export function mixOf(durationMs: number): Fault {
  const choices = Object.entries(faults).filter(([name]) => name !== 'none')
  return async (scene) => {
    const endAtMs = Date.now() + durationMs
    while (Date.now() < endAtMs) {
      const [name, fault] = scene.random.pick(choices)
      scene.say(`  ${name}`)
      await fault(scene)
      await scene.shared()
    }
  }
}

function pickOne(scene: Scene) {
  return scene.random.pick(scene.replicas)
}

/** Long enough for the others to notice and choose new leaders. */
async function whileDown(broker: Broker, scene: Scene): Promise<void> {
  scene.say(`  kills ${broker.name}`)
  await broker.kill()
  await sleep(12_000)
  await broker.start()
}

async function leaderOf({ cluster }: Scene, topic: string, partition: number): Promise<Broker> {
  const admin = cluster.kafka.admin()
  await admin.connect()
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
  await admin.disconnect()
  const found = topics[0]!.partitions.find((each) => each.partitionId === partition)!
  return cluster.brokers.find(({ id }) => id === found.leader)!
}

/** How Kafka chooses the partition of its offsets topic for a group, and so the coordinator. */
function javaHash(text: string): number {
  return [...text].reduce((hash, char) => (Math.imul(hash, 31) + char.charCodeAt(0)) | 0, 0)
}
