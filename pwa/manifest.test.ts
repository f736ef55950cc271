import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { PROCESSES } from '../shared/process/index.ts'

const read = (file: string): Buffer => readFileSync(new URL(`public/${file}`, import.meta.url))
type Icon = { src: string; sizes: string; purpose?: string }
type Manifest = {
  id: string
  start_url: string
  scope: string
  display: string
  orientation: string
  icons: Icon[]
  shortcuts: { name: string; url: string; icons: Icon[] }[]
}
const manifest = JSON.parse(read('manifest.webmanifest').toString('utf8')) as Manifest

/** Of a PNG: width and height stand in its first chunk. */
const sizeOf = (png: Buffer): string => `${png.readUInt32BE(16)}x${png.readUInt32BE(20)}`

test('[H72] the app can be installed: name, start, icons of both purposes in the sizes that they say, any orientation', () => {
  const { id, start_url: start, scope, display, orientation, icons } = manifest
  expect([id, start, scope, display, orientation]).toEqual(['/', '/', '/', 'standalone', 'any'])
  for (const { src, sizes } of [...icons, ...manifest.shortcuts.flatMap(one => one.icons)])
    expect([src, sizeOf(read(src))]).toEqual([src, sizes])
  expect(icons.map(({ purpose, sizes }) => `${purpose} ${sizes}`).toSorted()).toEqual([
    'any 192x192',
    'any 512x512',
    'maskable 192x192',
    'maskable 512x512',
  ])
  expect(readFileSync(new URL('index.html', import.meta.url), 'utf8')).toContain('rel="manifest"')
})

test('[H72] its shortcuts open pick, receive, count and look-up', () => {
  const names = manifest.shortcuts.map(({ url }) => new URL(url, 'http://x').searchParams.get('open'))
  expect(names).toEqual(['pick', 'receive', 'count', 'lookup'])
  for (const name of names) expect(PROCESSES.some(process => process.name === name)).toBe(true)
})
