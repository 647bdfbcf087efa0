import { renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'

interface Connection {
  send(message: { request: { apiName: string } }): Promise<unknown>
}

const INTERVAL_MS = 500
const require = createRequire(import.meta.url)

/** Counts the requests of all Kafka clients of this process by name, and writes them to a file. */
export function countRequests(file: string): void {
  const Connection = require('kafkajs/src/network/connection') as { prototype: Connection }
  const { send } = Connection.prototype
  const counts: Record<string, number> = {}
  Connection.prototype.send = function (this: Connection, message) {
    const { apiName } = message.request
    counts[apiName] = (counts[apiName] ?? 0) + 1
    return send.call(this, message)
  }
  const write = () => {
    writeFileSync(`${file}.new`, JSON.stringify(counts))
    renameSync(`${file}.new`, file)
  }
  write()
  setInterval(write, INTERVAL_MS).unref()
}
