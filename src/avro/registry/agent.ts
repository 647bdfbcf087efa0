import { Agent } from 'node:https'
import type { TLSSocketOptions } from 'node:tls'

/** Trusts the certificate authority that `ca` returns; it is called for each new connection. */
export function agentTrusting(ca: () => string | undefined): Agent {
  const agent = new Agent({ keepAlive: true })
  const createConnection = agent.createConnection.bind(agent)
  agent.createConnection = (options, ready) =>
    createConnection({ ...options, ca: ca() } as TLSSocketOptions & typeof options, ready)
  return agent
}
