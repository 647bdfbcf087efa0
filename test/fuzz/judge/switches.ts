import type { Slug, SwitchName } from '../steps/step.ts'
import { SLUGS } from './plugins.ts'

export type PluginState = 'enabled' | 'paused' | 'disabled'

export type Answer = PluginState | 'already' | 'refused'

/** What each command does in each state: it ends what its counterpart began, and nothing else. */
const ANSWERS: Record<SwitchName, Record<PluginState, Answer>> = {
  pause: { enabled: 'paused', paused: 'already', disabled: 'refused' },
  resume: { enabled: 'already', paused: 'enabled', disabled: 'refused' },
  enable: { enabled: 'already', paused: 'refused', disabled: 'enabled' },
  disable: { enabled: 'disabled', paused: 'disabled', disabled: 'already' },
}

/** The switches as the commands should have left them. */
export class SwitchModel {
  #states = new Map<Slug, PluginState>(SLUGS.map((slug) => [slug, 'enabled']))
  isOn = true

  stateOf(slug: Slug): PluginState {
    return this.#states.get(slug)!
  }

  inState(state: PluginState): Slug[] {
    return SLUGS.filter((slug) => this.stateOf(slug) === state)
  }

  /** Whether the plugin is offered what is written now. */
  takes(slug: Slug): boolean {
    return this.isOn && this.stateOf(slug) !== 'disabled'
  }

  answerTo(name: SwitchName, slug: Slug | 'nobody'): Answer {
    return slug === 'nobody' ? 'refused' : ANSWERS[name][this.stateOf(slug)]
  }

  set(slug: Slug, state: PluginState): void {
    this.#states.set(slug, state)
  }
}
