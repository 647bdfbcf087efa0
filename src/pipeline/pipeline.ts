import type { SkipCause } from '../event/outcome.ts'
import type { SourceRecord } from '../event/record.ts'
import { isRedrive } from '../topics/names.ts'
import { andThen, type MaybePromise } from '../util/maybe-promise.ts'
import { CallGate } from './admit/call-gate.ts'
import { CallLimits } from './admit/call-limits.ts'
import { CrashGuard } from './admit/crash-guard.ts'
import { type Admission, Dedupe } from './admit/dedupe.ts'
import { SKIP_REASONS, skipCause } from './admit/plugin-switches.ts'
import { auditedReports } from './audit/audited-reports.ts'
import { DeliveryAudit } from './audit/delivery-audit.ts'
import { createBatches, withBatches } from './batches/create-batches.ts'
import { createCall } from './call.ts'
import { type Content, type Delivery, deliveryOf } from './delivery.ts'
import { createEnding } from './end-epoch.ts'
import { withSpans } from './handle/call-span.ts'
import type { Called } from './handle/call-watch.ts'
import { createHandle } from './handle/handle.ts'
import { createTransact } from './handle/transaction.ts'
import { withState } from './handle/with-state.ts'
import { PluginByteBudget } from './intake/byte-budget.ts'
import { bytesOf } from './intake/copy-record.ts'
import { createDecode, undecodableOutcome } from './intake/decode.ts'
import { FilterEvaluator } from './intake/evaluate-filters.ts'
import { ExpandedEvents } from './intake/expanded-events.ts'
import { createPeek, headersDiffer, type Peek, unreadableSchema } from './intake/peek.ts'
import { allCertain } from './intake/provisional-skips.ts'
import { RedriveGate } from './intake/redrive-gate.ts'
import { createRoute, everyPlugin, type Route, receiverOf, tally } from './intake/route.ts'
import { wantedOf } from './intake/wanted-record.ts'
import type { Turn } from './lanes/lane.ts'
import { type Backlog, PluginLanes } from './lanes/plugin-lanes.ts'
import type { PipelineOptions } from './options.ts'
import { createSettle } from './settle/settle.ts'
import type { Epoch, Intake, Obstacle } from './source.ts'

export interface Pipeline extends Intake {
  stats(): { inFlightDeliveries: number; inFlightBytes: number; unaccounted: number }
  /** Each plugin's unfinished deliveries; `*` has those of records whose name could not be read. */
  backlogs(): Iterable<Backlog>
  /** Slugs of the plugins whose circuit breaker is open. */
  openBreakers(): string[]
}

/**
 * The path of an event: fetch → peek → route → decode → order → dedupe → handle → settle → commit.
 * `take` runs for each record of a fetch, `deliver` is one turn of a delivery in its lane. The source
 * fetches and commits.
 */
export function createPipeline(options: PipelineOptions): Pipeline {
  const { groupId, plugins, switches, store, clock, random, reports } = options
  const { skips = allCertain, handlerGraceMs: graceMs } = options
  const { turnsAhead = 0 } = store
  const receivers = [...plugins, everyPlugin]
  const slugs = receivers.map(({ slug }) => slug)
  const audit = new DeliveryAudit()
  const budget = new PluginByteBudget(options.maxInFlightBytes, slugs)
  const filters = new FilterEvaluator(plugins)
  const redriveGate = new RedriveGate()
  const crashGuard = new CrashGuard({
    crashes: options.crashes,
    maxCrashes: options.maxCrashes,
    clock,
    onSuspect: reports.onSuspect,
    onCrashRecordFailed: reports.onCrashRecordFailed,
  })
  const callGate = new CallGate(plugins, { ...options, onBreaker: reports.onBreaker })

  const peek = createPeek({ schemaIdOf: options.schemaIdOf, schemas: options.schemas })
  let route = createCurrentRoute()
  switches.onChange(() => {
    route = createCurrentRoute()
  })
  const decode = createDecode(options.prints)
  const expanded = new ExpandedEvents(options.maxInFlightBytes)
  const lanes = new PluginLanes(receivers, deliver, { clock, turnsAhead })
  const callLimits = new CallLimits(receivers, turnsAhead)
  const dedupe = new Dedupe({
    store,
    clock,
    onConflict: reports.onConflict,
    onStoreError: reports.onStoreError,
    onStoreCall: reports.onStoreCall,
  })
  const callPorts = {
    ...{ groupId, clock, graceMs, calls: options.calls, followUps: options.followUps, reports },
    logOf: (delivery: Delivery) => options.logOf(delivery),
    onStuck: (deliveries: Called) =>
      void crashGuard.countCrash(deliveries).then(() => options.onStuck(...deliveries)),
  }
  const spanned = withSpans(createHandle(callPorts), options.spans)
  const callOne = createTransact({ ...options, graceMs, handle: withState(spanned, store) })
  const batches = createBatches(plugins, {
    ...callPorts,
    ...{ store, lanes, callGate, switches, spans: options.spans, batchLogOf: options.logOf },
  })
  const handle = withBatches(batches, callOne)
  const call = createCall({ crashGuard, callGate, filters, handle, random })
  const { settle, skip, abandon } = createSettle({
    groupId,
    dedupe,
    deadLetters: options.deadLetters,
    followUps: options.followUps,
    areStaged: (plugin) => store.staging?.takes(plugin) ?? false,
    clock,
    reports: auditedReports(reports, { audit, budget, crashGuard }),
  })

  /** From fetch to order: accepts one record, or returns why it has to wait. */
  function take(epoch: Epoch, record: SourceRecord): Obstacle | undefined {
    const peeked = peek(record)
    if (peeked.type === 'obstacle') return peeked.obstacle
    const closed = redriveGate.obstacleTo(epoch)
    if (closed !== undefined) return closed
    const routed = route(peeked, record, receiverOf(record, groupId, switches))
    const isWanted = routed.recipients.length > 0
    // Unwanted records are not charged to the byte budget.
    const bytes = isWanted ? bytesOf(record) : 0
    const obstacle = isWanted ? obstacleTo(peeked, routed, bytes) : undefined
    if (obstacle !== undefined) {
      batches.callSoon()
      return obstacle
    }
    report(record, peeked, routed, bytes)
    for (const slug of routed.off) skips.add(epoch, slug, record.offset)
    order(epoch, record, peeked, routed, bytes)
    return undefined
  }

  /**
   * From decode to settle: one turn of a delivery. Runs synchronously as long as the store and the
   * handler return plain values.
   */
  function deliver(delivery: Delivery): MaybePromise<Turn> {
    if (delivery.wanted.epoch.lost.aborted) return { done: () => abandon(delivery) }
    const cause = skipCause(delivery, switches)
    if (cause !== undefined) return { done: () => skipFor(delivery, cause) }
    const wait = callGate.waitBefore(delivery)
    if (wait !== undefined) return { again: dedupe.withdraw(delivery, wait.until), why: wait.why }
    const { wanted } = delivery
    const room = expanded.roomFor(wanted)
    if (room !== undefined) {
      batches.callSoon()
      return { again: dedupe.withdraw(delivery, room), why: 'memory' }
    }
    const content = decode(wanted)
    if (!expanded.hold(wanted, content)) return handleContent(delivery, content)
    return andThen(handleContent(delivery, content), (turn) => {
      expanded.release(wanted)
      return turn
    })
  }

  function handleContent(delivery: Delivery, content: Content): MaybePromise<Turn> {
    const admitted = dedupe.admit(delivery, content)
    return andThen(admitted, (admission) => handleAdmitted(delivery, content, admission))
  }

  function handleAdmitted(
    delivery: Delivery,
    content: Content,
    admission: Admission,
  ): MaybePromise<Turn> {
    if (admission.type === 'wait') return { again: admission.until, why: admission.why }
    if (admission.type === 'completed') return settle(delivery, admission.outcome)
    if (delivery.verdict !== undefined) return settle(delivery, delivery.verdict)
    if (content.type === 'undecodable') return settle(delivery, undecodableOutcome(content))
    const called = callLimits.within(delivery, () => call(delivery, content.event))
    return andThen(called, (ended) => ('again' in ended ? ended : settle(delivery, ended)))
  }

  function skipFor(delivery: Delivery, cause: SkipCause): void {
    reports.skipTallyOf(delivery.plugin, cause).count += 1
    const { epoch, record } = delivery.wanted
    if (cause !== 'before-start') skips.add(epoch, delivery.plugin.slug, record.offset)
    skip(delivery, SKIP_REASONS[cause])
  }

  function createCurrentRoute() {
    return createRoute(plugins, filters, switches, reports)
  }

  function obstacleTo(peeked: Peek, { recipients }: Route, bytes: number): Obstacle | undefined {
    return unreadableSchema(peeked, clock) ?? budget.obstacle(bytes, recipients)
  }

  function report(record: SourceRecord, peeked: Peek, routed: Route, bytes: number): void {
    const { evaluated, recipients } = routed
    reports.onConsumed(record)
    const isWanted = recipients.length > 0
    if (peeked.type === 'event' && headersDiffer(record, peeked, isWanted))
      reports.onHeaderMismatch()
    tally(routed)
    audit.offered(Math.max(evaluated.length, recipients.length), recipients.length, bytes)
  }

  function order(
    epoch: Epoch,
    record: SourceRecord,
    peeked: Peek,
    { recipients }: Route,
    bytes: number,
  ): void {
    const open = epoch.ledger.accept(record.offset, record.timestampMs, recipients.length)
    if (recipients.length === 0) return
    const wanted = wantedOf(epoch, record, peeked, bytes, open)
    const verdict = budget.tooLarge(bytes)
    for (const each of recipients) {
      budget.take(each.plugin.slug, bytes)
      lanes.add(deliveryOf(each, wanted, verdict))
    }
  }

  return {
    async begin(epoch) {
      audit.begin(epoch)
      const opened = isRedrive(epoch) ? undefined : store.open(epoch)
      await Promise.all([crashGuard.begin(epoch), opened])
      redriveGate.add(epoch)
    },
    flush: () => store.flush(),
    staging: store.staging,
    take,
    ...createEnding({ lanes, batches, callLimits, redriveGate, audit, skips, abandon }),
    backlogs: () => lanes.backlogs(),
    openBreakers: () => callGate.openBreakers,
    stats: () => ({
      inFlightDeliveries: lanes.held,
      inFlightBytes: audit.inFlightBytes + expanded.bytes,
      unaccounted: audit.unaccounted(lanes.held),
    }),
  }
}
