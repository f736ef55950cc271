import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadFiles } from './static.ts'
import { testApp } from './test-app.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'stockhand-static-'))
  await mkdir(path.join(folder, 'pwa', 'assets'), { recursive: true })
  await writeFile(path.join(folder, 'secret.txt'), 'secret')
  await writeFile(path.join(folder, 'pwa', 'index.html'), '<!doctype html><title>app</title>')
  await writeFile(path.join(folder, 'pwa', 'sw.js'), 'self')
  await writeFile(path.join(folder, 'pwa', 'assets', 'zxing-abc.wasm'), 'wasm'.repeat(1000))
})
afterAll(() => rm(folder, { recursive: true }))

const appOf = async () => (await testApp({ files: await loadFiles(path.join(folder, 'pwa')) })).app

test('[W16] every address of the app is its one page; a missing file is missing', async () => {
  const app = await appOf()
  for (const address of ['/', '/enrol', '/tasks/7']) expect(await (await app.request(address)).text()).toContain('app')
  expect((await app.request('/assets/gone.js')).status).toBe(404)
  expect((await app.request('/api/gone')).headers.get('content-type')).toContain('json')
})

test('[W16] hashed files are kept for ever, page and service worker are asked for again', async () => {
  const app = await appOf()
  const wasm = await app.request('/assets/zxing-abc.wasm', { headers: { 'accept-encoding': 'gzip' } })
  expect(wasm.headers.get('content-type')).toBe('application/wasm')
  expect(wasm.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  expect(gunzipSync(Buffer.from(await wasm.arrayBuffer())).toString()).toBe('wasm'.repeat(1000))
  for (const address of ['/', '/sw.js']) {
    const first = await app.request(address)
    expect(first.headers.get('cache-control')).toBe('no-cache')
    const again = await app.request(address, { headers: { 'if-none-match': first.headers.get('etag') ?? '' } })
    expect(again.status).toBe(304)
  }
})

test('[W16] no address leads out of the folder', async () => {
  const app = await appOf()
  for (const address of [
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/%',
  ])
    expect(await (await app.request(address)).text()).not.toContain('secret')
})
