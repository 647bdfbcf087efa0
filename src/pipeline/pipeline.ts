import { redrivenOf } from '../dead-letter/redrive.ts'
import type { Event } from '../event/event.ts'
import type { CompletedOutcome, Outcome } from '../event/outcome.ts'
import type { SourceRecord } from '../event/record.ts'
import { isRedrive } from '../topics/names.ts'
import { andThen, type MaybePromise } from '../util/maybe-promise.ts'
import { CallGate } from './admit/call-gate.ts'
import { CrashGuard } from './admit/crash-guard.ts'
import { type Admission, Dedupe } from './admit/dedupe.ts'
import { skipReason } from './admit/plugin-switches.ts'
import { auditedReports } from './audit/audited-reports.ts'
import { DeliveryAudit } from './audit/delivery-audit.ts'
import { type Content, type Delivery, deliveryOf, type Wanting } from './delivery.ts'
import { traced } from './handle/call-span.ts'
import { createHandle } from './handle/handle.ts'
import { createTransact } from './handle/transaction.ts'
import { PluginByteBudget } from './intake/byte-budget.ts'
import { createDecode, undecodableOutcome } from './intake/decode.ts'
import { FilterEvaluator } from './intake/evaluate-filters.ts'
import { createPeek, type Peek } from './intake/peek.ts'
import { RedriveGate } from './intake/redrive-gate.ts'
import { bytesOf, retain } from './intake/retain-record.ts'
import { createRoute, everyPlugin, nobody, type Route, tally } from './intake/route.ts'
import { wantedOf } from './intake/wanted-record.ts'
import type { Turn } from './lanes/lanes.ts'
import { type Backlog, PluginLanes } from './lanes/plugin-lanes.ts'
import type { PipelineOptions } from './options.ts'
import { judge } from './settle/retry-policy.ts'
import { createSettle } from './settle/settle.ts'
import type { Epoch, Intake, Obstacle } from './source.ts'

export interface Pipeline extends Intake {
  stats(): { inFlightDeliveries: number; inFlightBytes: number; unaccounted: number }
  /** What each plugin has under way, and `*` what no plugin could be asked about. */
  backlogs(): Iterable<Backlog>
  /** Plugins that fail on so many entities that their deliveries are held. */
  openBreakers(): string[]
}

/**
 * The way of an event: fetch → peek → route → decode → order → dedupe → handle → settle → commit.
 * `take` is the half inside the fetch, `deliver` the half that is one turn of a lane; fetching and
 * committing are the source's.
 */
export function createPipeline(options: PipelineOptions): Pipeline {
  const { reports, clock, plugins, switches } = options
  const receivers = [...plugins, everyPlugin]
  const books = new DeliveryAudit()
  const slugs = receivers.map(({ slug }) => slug)
  const budget = new PluginByteBudget(options.maxInFlightBytes, slugs)
  const peek = createPeek(options)
  const ask = new FilterEvaluator(plugins)
  let route = routeNow()
  switches.onChange(() => {
    route = routeNow()
  })
  const decode = createDecode(options.fingerprint)
  const order = new PluginLanes(receivers, deliver, clock)
  const dedupe = new Dedupe({ ...options, ...reports })
  const graceMs = options.handlerGraceMs
  const suspects = new CrashGuard({ ...options, ...reports })
  const handle = createHandle({ ...options, ...reports, graceMs, onStuck })
  const transact = createTransact({ handle: traced(handle, options.spans), graceMs })
  const hold = new CallGate(plugins, { ...options, ...reports })
  const ownReports = auditedReports(reports, { books, budget, suspects })
  const { settle, passBy, abandon } = createSettle({ ...options, dedupe, reports: ownReports })
  const inputs = new RedriveGate(clock)

  function take(epoch: Epoch, record: SourceRecord): Obstacle | undefined {
    const peeked = peek(record)
    if (peeked.type === 'obstacle') return peeked.obstacle
    const closed = inputs.obstacleTo(epoch)
    if (closed !== undefined) return closed
    const routed = route(peeked, record, receiversOf(record))
    // Nobody may want it: then its size is nobody's business.
    const bytes = routed.wanting.length === 0 ? 0 : bytesOf(record)
    const obstacle = obstacleTo(bytes, peeked, routed.wanting)
    if (obstacle !== undefined) return obstacle
    report(record, peeked, routed, bytes)
    enqueue(epoch, record, peeked, routed, bytes)
    return undefined
  }

  /** What all stores and handlers allow is done within the call. */
  function deliver(delivery: Delivery): MaybePromise<Turn> {
    if (delivery.wanted.epoch.lost.aborted) return { done: () => abandon(delivery) }
    const passed = skipReason(delivery, switches)
    if (passed !== undefined) return { done: () => passBy(delivery, passed) }
    const paused = hold.pauseBefore(delivery)
    if (paused !== undefined) return { again: dedupe.withdraw(delivery, paused), why: 'paused' }
    const content = decode(delivery.wanted)
    const admitted = dedupe.admit(delivery, content)
    return andThen(admitted, (admission) => handleOnce(delivery, content, admission))
  }

  function handleOnce(
    delivery: Delivery,
    content: Content,
    admission: Admission,
  ): MaybePromise<Turn> {
    if (admission.type === 'wait') return { again: admission.until, why: admission.why }
    if (admission.type === 'completed') return settle(delivery, admission.outcome)
    if (delivery.verdict !== undefined) return settle(delivery, delivery.verdict)
    if (content.type === 'undecodable') return settle(delivery, undecodableOutcome(content))
    const suspect = suspects.next(delivery)
    if (suspect.type === 'wait') return { again: suspect.until, why: 'suspect' }
    if (suspect.type === 'exhausted') return settle(delivery, suspect.outcome)
    const next = hold.next(delivery)
    if (next.type === 'wait') return { again: next.until, why: next.why }
    if (next.type === 'expired') return settle(delivery, next.outcome)
    const called = suspects.callAlone(delivery, () => call(delivery, content.event))
    return andThen(called, (outcome) => settle(delivery, hold.afterCall(delivery, outcome)))
  }

  /** The outcome of one call of the handler; a filter that could not tell is asked once more. */
  function call(delivery: Delivery, event: Event): MaybePromise<Outcome> {
    // The partition may have been lost while the store was asked.
    if (delivery.wanted.epoch.lost.aborted) return { type: 'abandoned' }
    const refused = delivery.filterFailed ? ask.reevaluate(delivery) : undefined
    if (refused !== undefined) return refused
    return andThen(transact(delivery, event), (result) => {
      const outcome = judge(result, delivery.attempts, delivery.plugin, options.random)
      const isLost = delivery.wanted.epoch.lost.aborted && outcome.type !== 'processed'
      return isLost ? { type: 'abandoned' } : outcome
    })
  }

  function onStuck(delivery: Delivery): void {
    void suspects.countCrash(delivery).then(() => options.onStuck(delivery))
  }

  function routeNow() {
    const switchedOn = plugins.filter(({ slug }) => !switches.isOff(slug))
    const startOf = (slug: string) => switches.startOf(slug)?.offsets
    return createRoute(switchedOn, ask, startOf, reports.filterTallyOf)
  }

  function obstacleTo(
    bytes: number,
    peeked: Peek,
    wanting: readonly Wanting[],
  ): Obstacle | undefined {
    if (wanting.length === 0) return undefined
    const unreadable = peeked.type === 'event' ? peeked.schema.unreadable : undefined
    if (unreadable !== undefined) return newer(unreadable)
    return budget.obstacle(bytes, wanting)
  }

  /** An event in a shape that only a newer version reads is no bad event: it waits for that version. */
  function newer(unreadable: string): Obstacle {
    const why = `this version cannot read the schema: ${unreadable}`
    return { why, cleared: clock.sleep(UNREADABLE_RETRY_MS) }
  }

  function report(record: SourceRecord, peeked: Peek, routed: Route, bytes: number): void {
    const { asked, wanting } = routed
    reports.onConsumed(record)
    if (peeked.type === 'event' && peeked.headersLie) reports.onHeaderMismatch()
    tally(routed)
    books.offered(Math.max(asked.length, wanting.length), wanting.length, bytes)
  }

  function enqueue(
    epoch: Epoch,
    record: SourceRecord,
    peeked: Peek,
    { wanting }: Route,
    bytes: number,
  ): void {
    const open = epoch.ledger.accept(record.offset, record.timestampMs, wanting.length)
    if (wanting.length === 0) return
    const wanted = wantedOf(epoch, record, peeked, bytes, open)
    for (const each of wanting) {
      budget.take(each.plugin.slug, bytes)
      order.add(deliveryOf(each, wanted, tooLarge(bytes)))
    }
    // Most handlers have ended by now; what has not is to outlive the fetch.
    if (open.outstanding > 0) retain(wanted)
  }

  function tooLarge(bytes: number): CompletedOutcome | undefined {
    if (bytes <= options.maxInFlightBytes) return undefined
    const error = `${bytes} bytes are more than MAX_IN_FLIGHT_BYTES, ${options.maxInFlightBytes}`
    return { type: 'dead-lettered', reason: 'too-large', error }
  }

  /** All, or by whom alone a redriven record may be wanted. */
  function receiversOf(record: SourceRecord): string {
    if (!isRedrive(record)) return everyPlugin.slug
    const redriven = redrivenOf(record)
    return redriven?.groupId === options.groupId ? redriven.plugin : nobody
  }

  function end(epoch: Epoch): void {
    inputs.remove(epoch)
    for (const delivery of order.remove(epoch)) abandon(delivery)
    books.forgetIfSettled(epoch)
  }

  return {
    async begin(epoch) {
      books.begin(epoch)
      const opened = isRedrive(epoch) ? undefined : options.store.open(epoch)
      await Promise.all([suspects.begin(epoch), opened])
      inputs.add(epoch)
    },
    flush: () => options.store.flush(),
    take,
    end,
    drain: (limitMs) => order.drain(limitMs),
    backlogs: () => order.backlogs(),
    openBreakers: () => hold.openBreakers,
    stats: () => ({
      inFlightDeliveries: order.held,
      inFlightBytes: books.inFlightBytes,
      unaccounted: books.unaccounted(order.held),
    }),
  }
}

const UNREADABLE_RETRY_MS = 30_000
