/** As Windows names IPv6 addresses where colons are not possible. */
const SUFFIX = '.ipv6-literal.net'

/**
 * A broker's `host:port` for kafkajs, which takes what comes before the first colon for the host:
 * `[::1]:9092` becomes `--1.ipv6-literal.net:9092`.
 */
export function withoutColons(broker: string): string {
  return broker.replace(
    /^\[(.*)\]/,
    (_, address: string) => `${address.replaceAll(':', '-')}${SUFFIX}`,
  )
}

/** The host that such a name stands for; any other host as it is. */
export function hostOf(name: string): string {
  return name.endsWith(SUFFIX) ? name.slice(0, -SUFFIX.length).replaceAll('-', ':') : name
}

/** The broker that kafkajs names, as an operator would write it. */
export function brokerOf(named: string): string {
  const [name = '', port] = named.split(`${SUFFIX}:`)
  return port === undefined ? named : `[${name.replaceAll('-', ':')}]:${port}`
}
