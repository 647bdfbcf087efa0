import type { Tools } from './tools.ts'

/** What a check looks at and works with. */
export interface Scene {
  /** The repository, or a copy of its artefacts with something broken. */
  root: string
  /** An empty folder that is the check's own. */
  work: string
  tools: Tools
}

export interface Check {
  name: string
  /** Answers what it looked at, in a few words. Throws a Failure or a Skip. */
  run(scene: Scene): Promise<string>
}
