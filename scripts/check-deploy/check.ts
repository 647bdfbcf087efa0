import type { Tools } from './tools.ts'

/** The input and tools of a check. */
export interface Scene {
  /** The repository, or a copy of its artefacts with an injected defect. */
  root: string
  /** An empty working folder for this check. */
  work: string
  tools: Tools
}

export interface Check {
  name: string
  /** Returns what it checked, in a few words. Throws a Failure or a Skip. */
  run(scene: Scene): Promise<string>
}
