import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'

/** An answer that browsers keep as a file. It is sent line by line, as fast as it is taken. */
export class Download {
  readonly name: string
  readonly type: string
  readonly lines: Iterable<string>

  constructor(name: string, type: string, lines: Iterable<string>) {
    this.name = name
    this.type = type
    this.lines = lines
  }
}

export function sendDownload(reply: FastifyReply, { name, type, lines }: Download): FastifyReply {
  return reply
    .headers({
      'content-disposition': `attachment; filename="${name}"`,
      'cache-control': 'no-store',
    })
    .type(type)
    .send(Readable.from(lines))
}
