import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { endpoints } from './stack.ts'

/** The registry, whose answers can be held back: a search that needs one waits for it. */
export async function heldRegistry() {
  let isHeld = false
  let release = () => {}
  let released = Promise.resolve()
  const seen: string[] = []
  const { registryUrl } = endpoints()
  const server = createServer(async ({ url = '' }, response) => {
    if (isHeld) seen.push(url)
    await released
    const base = new URL(registryUrl)
    const answer = await fetch(new URL(url, base))
    response.writeHead(answer.status, { 'content-type': 'application/json' })
    response.end(await answer.text())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const through = new URL(registryUrl)
  through.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: through.href,
    seen,
    hold() {
      isHeld = true
      released = new Promise((resolve) => {
        release = resolve
      })
    },
    release: () => release(),
  }
}

export type HeldRegistry = Awaited<ReturnType<typeof heldRegistry>>
