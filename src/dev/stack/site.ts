import type { Launched, LaunchOptions } from './process/launch.ts'

/** How the parts of one stack are started. */
export interface Site {
  /** The stack's data, logs and settings. */
  folder: string
  /** Maven's downloads, shared by all stacks. */
  jarsFolder: string
  /** The argument that marks every process of this stack. */
  mark: string
  say: (message: string) => void
  launch: (options: Pick<LaunchOptions, 'name' | 'args' | 'env'>) => Launched
  signal: AbortSignal | undefined
}
