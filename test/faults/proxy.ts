import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A network link between clients and one server that can be disturbed. */
export interface ProxiedLink {
  port: number
  /** Cuts every connection; new ones are refused until `restore`. */
  cut(): void
  /** Delays all bytes, in both directions. */
  delay(ms: number): void
  /**
   * Open connections carry no more data, without either end noticing, and never recover. Those
   * opened after `restore` work.
   */
  fallSilent(): void
  restore(): void
  close(): Promise<void>
}

interface Line {
  ends: [Socket, Socket]
  isSilent: boolean
}

type State = 'good' | 'cut' | 'silent'

/** Forwards a free loopback port to another. */
export async function openLink(targetPort: number): Promise<ProxiedLink> {
  const lines = new Set<Line>()
  let state: State = 'good'
  let delayMs = 0

  function join(near: Socket): void {
    if (state === 'cut') return void near.resetAndDestroy()
    const far = connect(targetPort, '127.0.0.1')
    const line: Line = { ends: [near, far], isSilent: state === 'silent' }
    lines.add(line)
    carry(line, near, far)
    carry(line, far, near)
  }

  function carry(line: Line, from: Socket, to: Socket): void {
    let last: Promise<unknown> = Promise.resolve()
    from.on('data', (bytes) => {
      if (line.isSilent) return
      const dueMs = Date.now() + delayMs
      last = last
        .then(() => sleep(Math.max(0, dueMs - Date.now())))
        .then(() => {
          if (line.isSilent || to.destroyed || to.write(bytes)) return
          from.pause()
          to.once('drain', () => from.resume())
        })
    })
    from.on('error', () => undefined)
    from.on('close', () => {
      if (line.isSilent) return
      lines.delete(line)
      void last.then(() => to.destroy())
    })
  }

  function cutAll(): void {
    for (const { ends } of lines) for (const end of ends) end.resetAndDestroy()
    lines.clear()
  }

  const server = createServer(join)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      state = 'cut'
      cutAll()
    },
    delay(ms) {
      delayMs = ms
    },
    fallSilent() {
      state = 'silent'
      for (const line of lines) line.isSilent = true
    },
    restore() {
      state = 'good'
      delayMs = 0
    },
    async close() {
      cutAll()
      server.close()
      await once(server, 'close')
    },
  }
}
