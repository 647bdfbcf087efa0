import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type ProblemDetails, problemDocument } from './problem-details.ts'

/** Not imported, as in the registry's requests. */
const { STATUS_CODES } = process.getBuiltinModule('node:http')

type OnProblem = (problem: ProblemDetails, socket: Socket) => void

/** An error of Node's HTTP server; `reason` comes from its parser. */
type ServerError = Error & { code?: string; reason?: string }

/**
 * Sends problem documents for what Node's HTTP server rejects before there is a request: invalid
 * HTTP, headers that are too large, or a time-out.
 */
export function createParserErrors(onProblem: OnProblem) {
  const responses = new WeakMap<Socket, ServerResponse>()

  /** A second status line within a response would corrupt it. */
  function mayRespond(socket: Socket): boolean {
    const response = responses.get(socket)
    const isFree = response === undefined || !response.headersSent || response.writableFinished
    return socket.writable && isFree
  }

  return {
    watch(server: Server): void {
      server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
        responses.set(socket, response)
      })
      server.on('checkExpectation', ({ socket }: IncomingMessage, response: ServerResponse) => {
        response.writeHead(EXPECTATION.status, headersOf(EXPECTATION)).end(bodyOf(EXPECTATION))
        onProblem(EXPECTATION, socket)
      })
    },
    handle(error: ServerError, socket: Socket): void {
      const problem = problemOf(error)
      if (problem !== undefined && mayRespond(socket)) {
        socket.write(textOf(problem))
        onProblem(problem, socket)
      }
      socket.destroy(error)
    },
  }
}

const EXPECTATION: ProblemDetails = { status: 417, detail: 'Expect: expected 100-continue or none' }

/** Undefined if the connection is lost. */
function problemOf({ code, reason }: ServerError): ProblemDetails | undefined {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { status: 408, detail: 'the request did not arrive in time' }
    case 'HPE_HEADER_OVERFLOW':
      return { status: 431, detail: 'the headers are too large' }
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return { status: 413, detail: 'the chunk extensions are too large' }
    default:
      if (code?.startsWith('HPE_') !== true) return undefined
      return { status: 400, detail: `expected HTTP/1.1: ${reason}` }
  }
}

function textOf(problem: ProblemDetails): string {
  const head = Object.entries(headersOf(problem)).map(([name, value]) => `${name}: ${value}\r\n`)
  const line = `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n`
  return `${line}${head.join('')}\r\n${bodyOf(problem)}`
}

function headersOf(problem: ProblemDetails): Record<string, string> {
  return {
    'content-type': 'application/problem+json',
    'content-length': String(Buffer.byteLength(bodyOf(problem))),
    connection: 'close',
  }
}

function bodyOf(problem: ProblemDetails): string {
  return JSON.stringify(problemDocument(problem))
}
