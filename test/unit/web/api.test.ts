import { expect, it, vi } from 'vitest'
import { request } from '../../../web/src/api.ts'

function answering(body: string, status = 200): void {
  vi.stubGlobal('fetch', async () => new Response(body, { status }))
}

it('resolves with what the console answers', async () => {
  answering('{"jobs":[]}')
  expect(await request('/api/jobs')).toEqual({ jobs: [] })
})

it('rejects for an answer that was cut off, rather than resolve with something empty', async () => {
  answering('{"jobs":[')
  await expect(request('/api/jobs')).rejects.toThrow('The answer of the console was cut off.')
})

it('rejects with what the console says is wrong, or with the status if a proxy says something else', async () => {
  answering('{"detail":"log in first"}', 401)
  await expect(request('/api/jobs')).rejects.toMatchObject({ status: 401, message: 'log in first' })
  answering('<h1>Bad gateway</h1>', 502)
  await expect(request('/api/jobs')).rejects.toMatchObject({ status: 502, message: 'status 502' })
})
