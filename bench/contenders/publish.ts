import { builtInContract } from '../../src/avro/schema/contract-schemas.ts'
import { INVENTORY_KINDS } from '../../src/event/kinds.ts'
// The same as `inventory-events publish` with a file.

import { createReadStream } from 'node:fs'
import { pino } from 'pino'
import { loadConfig } from '../../src/config/load-config.ts'
import { createMeantName } from '../../src/event/meant-name.ts'
import { openPublisher } from '../../src/publish/open-publisher.ts'
import { publishLines } from '../../src/publish/publish-lines.ts'
import { readLines } from '../../src/publish/read-lines.ts'
import { uuidV7 } from '../../src/publish/uuid-v7.ts'
import { jobOf, tell } from '../lib/child.ts'
import { profileCpu } from '../lib/cpu-profile.ts'
import { createMeter } from '../lib/meter.ts'

const MAX_LINE_BYTES = 1_048_576

export interface PublishJob {
  brokers: string
  registryUrl: string
  topic: string
  file: string
  records: number
  profileFile?: string
}

const { brokers, registryUrl, topic, file, records, profileFile } = jobOf<PublishJob>()
const environment = { KAFKA_BROKERS: brokers, SCHEMA_REGISTRY_URL: registryUrl }
const config = loadConfig(environment, { required: ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL'] })
const publisher = await openPublisher(config, {
  contract: builtInContract(),
  topics: { inventory: topic, plugin: topic },
  log: pino({ level: 'warn' }, process.stderr),
})
const meter = createMeter()
const profile = profileFile ? await profileCpu(profileFile) : undefined
meter.begin()
const { published } = await publishLines({
  lines: readLines(createReadStream(file), MAX_LINE_BYTES),
  maxLineBytes: MAX_LINE_BYTES,
  publisher,
  kinds: INVENTORY_KINDS,
  mint: { id: () => uuidV7(Date.now()), nowMs: Date.now },
  meantName: createMeantName(INVENTORY_KINDS),
  stop: new AbortController(),
  onBadLine: (number, problems) => process.stderr.write(`line ${number}: ${problems.join()}\n`),
  reject: async () => {},
  onProgress: () => {},
})
meter.end()
await profile?.()
await publisher.close()
if (published !== records) throw new Error(`published ${published} of ${records}`)
tell(meter.sample(records))
