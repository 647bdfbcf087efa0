import { timeText } from '../../event/time/timestamp.ts'
import { memberCount } from '../../kafka/admin/group-members.ts'
import { abandonPlan } from '../../operate/abandon-plan.ts'
import { type Actor, audited } from '../../operate/audited.ts'
import { type CatchUpByReplicas, catchUpByReplicas, planCatchUp } from '../../operate/catch-up.ts'
import { describePlan } from '../../replay/make-plan.ts'
import { type ReplayPlan, replayGroupOf } from '../../replay/plan.ts'
import { readPlan } from '../../replay/plan-store.ts'
import { totalOf } from '../../replay/progress.ts'
import type { PluginDescription } from '../../status/description-record.ts'
import type { Clock } from '../../util/clock.ts'
import type { User } from '../access/roles.ts'
import { refusing } from '../http/refusing.ts'
import { Refused } from '../http/route.ts'
import type { JobRow, Progress } from '../jobs/job.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { Previews } from '../previews.ts'
import type { Minute } from '../view/minutes.ts'
import type { Overview } from '../view/overview.ts'
import type { CatchUpPreview } from './catch-up-preview.ts'
import { type PreviewParts, previewCatchUp } from './preview.ts'
import { startOf } from './start-of.ts'

export interface CatchUpsParts extends CatchUpByReplicas, Pick<PreviewParts, 'peek'> {
  clock: Clock
  jobs: Pick<Jobs, 'start' | 'stop' | 'rows'>
  previews: Previews<ReplayPlan>
  /** What a replica that reports says of a plugin; undefined if none does. */
  descriptionOf(slug: string): PluginDescription | undefined
  /** Whether the replicas take events in. */
  events(): Overview['events']
  minutesOf(slug: string): readonly Minute[]
}

const ACTION = 'plugins enable --from'
/** For the job of an abandoned catch-up to see that it ends. */
const END_MS = 15_000
const LOOK_MS = 100

/** Catch-ups that the replicas carry out, started, resumed and cancelled from the console. */
export class CatchUps {
  readonly #parts: CatchUpsParts

  constructor(parts: CatchUpsParts) {
    this.#parts = parts
  }

  /** What it would deliver; the token starts exactly that. */
  async preview(slug: string, from: string, user: User) {
    const { kafka, config, clock, previews, minutesOf } = this.#parts
    const description = this.#describedOf(slug)
    const fromMs = await startOf({ kafka, topics: config.KAFKA_TOPICS }, from, clock.now())
    const actor = this.#actor(user, '')
    const plan = await refusing(() => planCatchUp(this.#parts, slug, { fromMs, actor }))
    const facts = { description, minutes: minutesOf(slug) }
    const preview: CatchUpPreview = await previewCatchUp(this.#parts, plan.ranges, facts)
    return {
      ...previews.issue({ user: user.name, action: `${ACTION} ${slug}` }, [plan]),
      fromMs,
      ...preview,
    }
  }

  /** Starts what the preview named. */
  start(slug: string, { token, why, user }: { token: string; why: string; user: User }): JobRow {
    const actor = this.#actor(user, needed(why))
    const holder = { user: user.name, action: `${ACTION} ${slug}` }
    const { by, at } = actor
    return this.#parts.previews.redeem(holder, token, ([previewed]) =>
      this.#run({ ...previewed!, by, at, why: actor.why }, { isResumed: false, actor }),
    )
  }

  /** Continues one that this console, or another one, does not lead any more. */
  async resume(slug: string, { why, user }: { why: string; user: User }): Promise<JobRow> {
    const actor = this.#actor(user, needed(why))
    const plan = await this.#unfinished(slug)
    if (plan.purpose !== 'enable' || plan.carriedOutBy !== 'replicas') {
      throw new Refused(409, `${describePlan(plan)} belongs to a command, which can resume it`)
    }
    return this.#run(plan, { isResumed: true, actor })
  }

  /** Cancels an unfinished catch-up, also one of a command that runs no more. */
  async abandon(
    slug: string,
    { why, user }: { why: string; user: User },
  ): Promise<{ state: string }> {
    const { kafka, config } = this.#parts
    const actor = this.#actor(user, needed(why))
    await this.#endJob(slug, user)
    const plan = await this.#unfinished(slug)
    if (plan.purpose !== 'enable') {
      const command = `inventory-events replay --plugin ${slug} --abandon`
      throw new Refused(409, `${describePlan(plan)} belongs to a command: run "${command}"`)
    }
    const groupId = config.KAFKA_GROUP_ID
    const members = await memberCount(kafka, replayGroupOf(groupId, plan))
    if (plan.carriedOutBy === 'command' && members > 0) {
      throw new Refused(409, `${members} processes of a command run it: stop them first`)
    }
    const action = { action: 'replay --abandon', what: [describePlan(plan)], actor } as const
    const { by, at } = actor
    const plugin = { slug, state: undefined }
    const state = await audited({ kafka, groupId }, action, () =>
      abandonPlan({ ...this.#parts, plugin }, plan, { by, at, why: actor.why }),
    )
    return { state }
  }

  /** Whether a job of this console leads it. */
  isLed(slug: string): boolean {
    return this.#jobOf(slug) !== undefined
  }

  #jobOf(slug: string): JobRow | undefined {
    const isOf = ({ endedMs, action, what }: JobRow) =>
      endedMs === null && action === ACTION && what === slug
    return this.#parts.jobs.rows().find(isOf)
  }

  #run(plan: ReplayPlan, how: { isResumed: boolean; actor: Actor }): JobRow {
    const { slug } = plan
    return this.#parts.jobs.start({
      ...{ action: ACTION, what: slug, lane: laneOf(slug), role: 'admin' },
      ...{ by: how.actor.by, why: how.actor.why, total: totalOf(plan.ranges) },
      work: async (progress: Progress, signal) => {
        const onProgress = (left: number, total: number) => progress({ total, done: total - left })
        const say = (note: string) => progress({ note })
        await catchUpByReplicas(this.#parts, { plan, ...how }, { signal, onProgress, say })
        return `${slug} is enabled`
      },
    })
  }

  /** The job only leads: the plan outlives it. */
  async #endJob(slug: string, user: User): Promise<void> {
    const { jobs, clock } = this.#parts
    const job = this.#jobOf(slug)
    if (job === undefined) return
    if (job.state === 'running') jobs.stop(job.id, user)
    const endMs = clock.elapsedMs() + END_MS
    while (this.isLed(slug)) {
      if (clock.elapsedMs() > endMs) throw new Refused(409, 'its job does not end; try again')
      await clock.sleep(LOOK_MS)
    }
  }

  async #unfinished(slug: string): Promise<ReplayPlan> {
    const { kafka, config } = this.#parts
    const plan = await readPlan(kafka, config.KAFKA_GROUP_ID, slug)
    if (plan?.state === 'running') return plan
    throw new Refused(409, `${slug} has no unfinished replay`)
  }

  /** Replicas that describe their plugins carry out catch-ups; those of earlier versions do neither. */
  #describedOf(slug: string): PluginDescription {
    const { descriptionOf, events } = this.#parts
    const description = descriptionOf(slug)
    if (description === undefined) {
      throw new Refused(
        409,
        `no replica that reports runs ${slug}, or its version carries out none`,
      )
    }
    if (events() !== 'on') {
      throw new Refused(
        409,
        `events are ${events()}, so ${slug} would still miss some: switch them on first`,
      )
    }
    if (description.stateVersion === null) return description
    const command = `inventory-events replay --plugin ${slug} --rebuild --from TIME`
    throw new Refused(409, `${slug} has state, which "${command}" makes again`)
  }

  #actor(user: User, why: string): Actor {
    return { by: user.name, at: timeText(this.#parts.clock.now()), why, via: 'console' }
  }
}

function laneOf(slug: string): string {
  return `catch-up ${slug}`
}

function needed(why: string): string {
  if (why.trim() === '') throw new Refused(400, 'why: expected a reason')
  return why.trim()
}
