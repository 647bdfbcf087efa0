import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import type { FastifyReply } from 'fastify'

/** Where the lines of an answer go. */
export interface LineOutput {
  /** Aborts when the browser has gone. */
  signal: AbortSignal
  /** Resolves when there is room for another; at once when nobody reads. */
  line(value: object): Promise<void>
}

/** An answer of a route that is sent line by line, each of them JSON, as it is made. */
export class Lines {
  readonly write: (out: LineOutput) => Promise<void>

  /** `write` handles its own errors: the head of the answer has been sent. */
  constructor(write: (out: LineOutput) => Promise<void>) {
    this.write = write
  }
}

const HEADERS = {
  'content-type': 'application/x-ndjson; charset=utf-8',
  'cache-control': 'no-store',
  // One that is open when the console ends would be kept for others after its last line.
  connection: 'close',
  // Proxies of this kind would wait for the end.
  'x-accel-buffering': 'no',
}

export function sendLines(reply: FastifyReply, { write }: Lines): FastifyReply {
  const stream = new PassThrough()
  const gone = new AbortController()
  stream.once('close', () => gone.abort())
  // A line that is written while the browser goes.
  stream.on('error', () => undefined)
  const { signal } = gone
  const line = async (value: object) => {
    if (signal.aborted || stream.write(`${JSON.stringify(value)}\n`)) return
    await once(stream, 'drain', { signal }).catch(() => undefined)
  }
  void write({ signal, line }).finally(() => stream.end())
  return reply.headers(HEADERS).send(stream)
}
