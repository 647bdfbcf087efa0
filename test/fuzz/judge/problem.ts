/** Something that a case showed and that must not be. */
export interface Problem {
  /** The number of the step that is to blame; undefined if that is not known. */
  step: number | undefined
  text: string
}
