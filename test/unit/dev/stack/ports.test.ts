import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { pickPort, pickPorts } from '../../../../src/dev/stack/ports.ts'

async function occupy(port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
}

/** Picks a port in another process, which lives as long as the test. */
async function pickElsewhere(): Promise<number> {
  const ports = new URL('../../../../src/dev/stack/ports.ts', import.meta.url)
  const script = `import { pickPort } from '${ports}'
    console.log(await pickPort()); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script])
  onTestFinished(() => void child.kill('SIGKILL'))
  const [text] = await once(child.stdout, 'data')
  return Number(text)
}

describe('free ports', () => {
  it('are none that a system gives away by itself, and all different', async () => {
    const ports = await Promise.all(Array.from({ length: 200 }, () => pickPort()))
    expect(new Set(ports).size).toBe(200)
    expect(Math.max(...ports)).toBeLessThan(32_768)
  })

  it('are those of last time, as often as they are asked for', async () => {
    const last = await pickPorts()
    expect(await pickPorts(last)).toEqual(last)
    expect(await pickPorts(last)).toEqual(last)
  })

  it('are others where somebody listens at those of last time', async () => {
    const last = await pickPorts()
    await occupy(last.kafka)
    const { kafka, ...others } = await pickPorts(last)
    expect(kafka).not.toBe(last.kafka)
    expect({ ...others, kafka: last.kafka }).toEqual(last)
  })

  it('are none that another process has picked and not bound yet', async () => {
    const port = await pickElsewhere()
    expect(await pickPort(port)).not.toBe(port)
  })
})
