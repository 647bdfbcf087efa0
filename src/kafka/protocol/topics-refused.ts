/** A transaction was not committed, because of what was to be written to these topics. */
export class TopicsRefused extends Error {
  readonly topics: ReadonlySet<string>

  constructor(topics: Iterable<string>, cause: unknown) {
    const names = new Set(topics)
    const why = cause instanceof Error ? cause.message : String(cause)
    super(`topic ${[...names].join(', ')}: ${why}`, { cause })
    this.name = 'TopicsRefused'
    this.topics = names
  }
}
