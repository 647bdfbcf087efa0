import net from 'node:net'
import type { ISocketFactory } from 'kafkajs'
import type { Config } from '../../config/settings.ts'
import { inPlace } from '../patches/receive-in-place.ts'
import type { BrokerCertificates } from './broker-certificates.ts'
import { brokerOf, hostOf } from './ipv6-names.ts'
import { tlsSockets } from './tls.ts'

const KEEP_ALIVE_MS = 60_000

/**
 * Opens the connections to brokers. Calls back with the first data on each: only that shows that a
 * broker is there, since the system accepts connections for a process that hangs.
 */
export function brokerSockets(
  config: Config,
  presented: BrokerCertificates,
  onResponse: (broker: string) => void,
): ISocketFactory {
  const open = config.KAFKA_SSL ? tlsSockets(config, presented) : plainSocket
  return (options) => {
    const socket = open({ ...options, host: hostOf(options.host) })
    socket.setKeepAlive(true, KEEP_ALIVE_MS)
    socket.once('data', () => onResponse(brokerOf(`${options.host}:${options.port}`)))
    return socket
  }
}

/** By the module's property, as kafkajs does: tests put a network of their own in its place. */
const plainSocket: ISocketFactory = ({ host, port, onConnect }) => {
  const socket: net.Socket = net.connect({ host, port, onread: inPlace(() => socket) }, onConnect)
  return socket
}
