import type { Bench } from './bench.ts'
import { type ChildOptions, runChild } from './child.ts'
import type { Contender } from './compare.ts'
import { withGroup } from './group.ts'
import type { Sample } from './meter.ts'
import { profileAs } from './profile-file.ts'
import type { ServiceJob } from './service-job.ts'
import type { WantsName } from './wants.ts'

type ServiceOptions = Pick<ServiceJob, 'wants' | 'plugins'> & Partial<ServiceJob>

/** The service over the shared topic, with the default store unless set. */
export function service(bench: Bench, name: string, options: ServiceOptions): Contender {
  return { name, run: () => runService<Sample>(bench, options) }
}

export function runService<T>(
  bench: Bench,
  options: ServiceOptions,
  commandOf?: ChildOptions['commandOf'],
): Promise<T> {
  const { brokers, registryUrl, kafka, dataset } = bench
  const { topic = dataset.topic, partitions = dataset.partitions } = options
  return withGroup(kafka, topic, (groupId) => {
    const wanted = dataset.wanted(options.wants, options.plugins)
    const place = { brokers, registryUrl, topic, partitions, groupId, store: 'kafka:' }
    const job: ServiceJob = { ...place, records: dataset.recordsInAll, wanted, ...options }
    const lanes = job.concurrency ? `-${job.concurrency}-lanes` : ''
    const profile = profileAs(bench, `${job.wants}-${job.plugins}${lanes}-${groupId}`)
    return runChild<T>({ contender: 'service', job: { ...job, ...profile }, commandOf })
  })
}

/** kafkajs's eachBatch. */
export function plain(
  bench: Bench,
  name: string,
  { work }: { work: 'count' | 'decode' },
): Contender {
  return { name, run: () => runReader(bench, 'plain', { work }) }
}

/** kafkajs's eachMessage with the registry's client and the same filters in code. */
export function idiom(bench: Bench, wants: WantsName, plugins: number): Contender {
  return { name: 'idiom', run: () => runReader(bench, 'idiom', { wants, plugins }) }
}

export function runReader(bench: Bench, contender: string, more: object): Promise<Sample> {
  const { brokers, registryUrl, kafka, dataset } = bench
  return withGroup(kafka, dataset.topic, (groupId) => {
    const place = { brokers, registryUrl, topic: dataset.topic, groupId }
    return runChild<Sample>({
      contender,
      job: { ...place, records: dataset.recordsInAll, ...more },
    })
  })
}
