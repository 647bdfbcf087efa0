import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { onTestFinished } from 'vitest'

const TSC = resolve('node_modules/typescript/lib/tsc.js')

interface Answer {
  id?: number
  method?: string
  result?: { items?: { label: string }[] } | { label: string }[] | null
}

/**
 * What an editor suggests in a source that is to stand at `path`, where it has `|`. Asks TypeScript's
 * language server, as editors do.
 */
export async function completionsAt(path: string, source: string): Promise<string[]> {
  const server = openServer()
  const uri = pathToFileURL(resolve(path)).href
  const before = source.slice(0, source.indexOf('|')).split('\n')
  const position = { line: before.length - 1, character: before.at(-1)?.length ?? 0 }
  await server.ask('initialize', {
    processId: process.pid,
    rootUri: pathToFileURL(resolve('.')).href,
    capabilities: {},
  })
  server.tell('initialized', {})
  const text = source.replace('|', '')
  const textDocument = { uri, languageId: 'typescript', version: 1, text }
  server.tell('textDocument/didOpen', { textDocument })
  const { result } = await server.ask('textDocument/completion', {
    textDocument: { uri },
    position,
  })
  const items = Array.isArray(result) ? result : (result?.items ?? [])
  return items.map(({ label }) => label)
}

function openServer() {
  const child = spawn(process.execPath, [TSC, '--lsp', '--stdio'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  onTestFinished(() => void child.kill())
  const waiting = new Map<number, (answer: Answer) => void>()
  let unread = Buffer.alloc(0)
  let asked = 0

  function tell(method: string, params: object, id?: number): void {
    send({ jsonrpc: '2.0', id, method, params })
  }

  function send(message: object): void {
    const body = JSON.stringify(message)
    child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  }

  child.stdout.on('data', (bytes: Buffer) => {
    unread = Buffer.concat([unread, bytes])
    for (let message = next(); message !== undefined; message = next()) {
      const { id, method } = message
      if (id === undefined) continue
      // The server asks back, for settings that no client needs to have.
      if (method !== undefined) send({ jsonrpc: '2.0', id, result: null })
      else waiting.get(id)?.(message)
    }
  })

  function next(): Answer | undefined {
    const end = unread.indexOf('\r\n\r\n')
    if (end === -1) return undefined
    const length = Number(/Content-Length: (\d+)/i.exec(unread.toString('latin1', 0, end))?.[1])
    const start = end + 4
    if (unread.length < start + length) return undefined
    const message = JSON.parse(unread.toString('utf8', start, start + length)) as Answer
    unread = unread.subarray(start + length)
    return message
  }

  return {
    tell,
    ask(method: string, params: object): Promise<Answer> {
      asked += 1
      const id = asked
      return new Promise((done) => {
        waiting.set(id, done)
        tell(method, params, id)
      })
    },
  }
}
