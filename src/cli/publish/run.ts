import { loadContract } from '../../avro/own-kinds/load-contract.ts'
import { loadConfig } from '../../config/load-config.ts'
import { createMeantName } from '../../event/meant-name.ts'
import { openPublisher } from '../../publish/open-publisher.ts'
import { type PublishCounts, publishLines } from '../../publish/publish-lines.ts'
import { readLines } from '../../publish/read-lines.ts'
import { uuidV7 } from '../../publish/uuid-v7.ts'
import { messageOf } from '../../util/errors.ts'
import { durationText } from '../../util/text/duration.ts'
import { commandLogger } from '../shared/connection.ts'
import { onInterrupt } from '../shared/interrupt.ts'
import { print, printError } from '../shared/output.ts'
import { createProgressLine } from '../shared/progress-line.ts'
import { reportError } from '../shared/report-error.ts'
import { openInput } from './input.ts'
import { openRejects } from './rejects.ts'

export interface PublishOptions {
  rejects?: string
  allowUnknownKinds?: true
  inventoryTopic: string
  pluginTopic: string
  source: string
  maxLineBytes: number
  deliveryTimeoutMs: number
}

/** Publishes the file, prints the counts, and sets the exit code. */
export async function runPublish(file: string, options: PublishOptions): Promise<void> {
  const config = loadConfig(process.env, { required: ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL'] })
  const input = await openInput(file, options.rejects)
  const contract = loadContract(config.EVENT_SCHEMAS)
  const { kinds } = contract
  const progress = createProgressLine(process.stderr, Date.now)
  const outage = sayOnce((text) => progress.print([text]), options.deliveryTimeoutMs)
  const publisher = await openPublisher(config, {
    onRetry: outage.began,
    contract,
    topics: { inventory: options.inventoryTopic, plugin: options.pluginTopic },
    source: options.source,
    deliveryTimeoutMs: options.deliveryTimeoutMs,
    log: commandLogger(process.env),
  })
  const stop = new AbortController()
  stop.signal.addEventListener('abort', () => input.destroy())
  const rejects = await openRejects(options.rejects, () => stop.abort())
  const interrupt = onInterrupt(() => stop.abort())
  const counts = await publishLines({
    lines: readLines(input, options.maxLineBytes),
    maxLineBytes: options.maxLineBytes,
    publisher,
    kinds,
    mint: { id: () => uuidV7(Date.now()), nowMs: Date.now },
    meantName: options.allowUnknownKinds ? () => undefined : createMeantName(kinds),
    stop,
    onBadLine: (number, problems) =>
      progress.print(problems.map((problem) => `line ${number}: ${problem}`)),
    reject: rejects.write,
    onProgress({ published, bad }) {
      outage.ended()
      progress.show(`${published} published, ${bad} bad`)
    },
  })
  interrupt.end()
  progress.clear()
  await publisher.close()
  counts.failure ??= await rejects.close()
  await report(counts, { file, wasInterrupted: interrupt.happened(), rejects: options.rejects })
}

/** Says that Kafka accepts nothing when that begins: nothing else moves meanwhile. */
function sayOnce(say: (text: string) => void, limitMs: number) {
  let isSaid = false
  return {
    began(error: Error): void {
      if (isSaid) return
      isSaid = true
      say(`Kafka accepts no events now: ${messageOf(error)}; trying for ${durationText(limitMs)}`)
    },
    ended(): void {
      isSaid = false
    },
  }
}

interface Circumstances {
  file: string
  wasInterrupted: boolean
  rejects: string | undefined
}

async function report(
  counts: PublishCounts,
  { file, wasInterrupted, rejects }: Circumstances,
): Promise<void> {
  const kept = rejects !== undefined && counts.bad > 0 ? `, written to ${rejects}` : ''
  print(`${counts.published} published, ${counts.bad} bad${kept}`)
  const hasFailed = counts.failure !== undefined
  if (hasFailed) await reportError(counts.failure, process.env)
  if (hasFailed || wasInterrupted) printError(howToResume(counts, file))
  if (wasInterrupted) process.exitCode = 130
  else if (hasFailed || counts.bad > 0) process.exitCode = 1
}

function howToResume(counts: PublishCounts, file: string): string {
  const from = counts.resumeLine ?? counts.lines + 1
  const advice = file === '-' ? '' : `: tail -n +${from} ${file} | inventory-events publish`
  return `stopped; resume from line ${from}${advice}`
}
