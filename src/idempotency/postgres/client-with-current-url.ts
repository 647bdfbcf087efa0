import pg from 'pg'

type ClientClass = new (options?: pg.ClientConfig) => pg.Client

/**
 * For a pool: each client takes the URL, and the certificates that it names, as they are when it is
 * made. If one can't be read, as in the middle of a rotation, its connection fails: an error of the
 * constructor would end the process, because the pool also calls it between requests.
 */
export function clientWithCurrentUrl(url: () => string): ClientClass {
  function create(options: pg.ClientConfig): pg.Client {
    try {
      return new pg.Client({ ...options, connectionString: url() })
    } catch (error) {
      return unusable(error)
    }
  }
  return create as unknown as ClientClass
}

function unusable(error: unknown): pg.Client {
  const client = new pg.Client()
  const connect = (callback: (error: unknown) => void) => process.nextTick(callback, error)
  return Object.assign(client, { connect })
}
