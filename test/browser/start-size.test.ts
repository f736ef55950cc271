import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { DESK_BYTES_MAX, deskBytes, START_BYTES_MAX, startBytes } from '../../bin/start-size.mjs'

/** Text that gzip cannot shrink much: hashes of 1, 2, 3… */
const noise = (length: number): string =>
  Array.from({ length: Math.ceil(length / 43) }, (_, n) =>
    createHash('sha256').update(String(n)).digest('base64url'),
  ).join('')

const chunk = (fileName: string, code: string, facade: string | null, imports: readonly string[] = []) => ({
  fileName,
  code,
  isEntry: facade?.endsWith('.html') === true,
  imports,
  facadeModuleId: facade,
})
const english = chunk('en.js', noise(400), '/p/pwa/words/en-app.ts')
const entry = (code: string, imports: readonly string[] = []) => chunk('index.js', code, '/p/pwa/index.html', imports)

test('[H47] what the page imports counts once, with the larger language; what is loaded later does not', () => {
  const alone = startBytes([entry('1'), english])
  const shared = chunk('shared.js', noise(1000), null)
  const other = chunk('other.js', '1', null, ['shared.js'])
  const size = startBytes([entry('1', ['shared.js', 'other.js']), shared, other, english])
  expect(size).toBeGreaterThan(alone + 700)
  expect(size).toBeLessThan(alone + 1100)
  expect(startBytes([entry('1'), english, chunk('camera.js', noise(9000), '/p/pwa/scanner/camera.ts')])).toBe(alone)
  const turkish = chunk('tr.js', noise(900), '/p/pwa/words/tr-app.ts')
  expect(startBytes([entry('1'), english, turkish])).toBeGreaterThan(alone + 300)
})

test('[H47] a start that is too large is over the limit', () => {
  expect(startBytes([entry(noise(START_BYTES_MAX * 2)), english])).toBeGreaterThan(START_BYTES_MAX)
})

test('[DG8] the desk is the page, all its sections and the larger of its languages; what is loaded for an export is not', () => {
  const desk = chunk('desk-1.js', noise(2000), '/p/pwa/screens/desk/desk.tsx', ['index.js'])
  const words = chunk('desk-2.js', noise(600), '/p/pwa/words/en-desk.ts')
  const page = entry(noise(1000), [])
  const size = deskBytes([page, english, desk, words])
  expect(size).toBeGreaterThan(2700)
  expect(size).toBeLessThan(3300)
  const turkish = chunk('desk-3.js', noise(1600), '/p/pwa/words/tr-desk.ts')
  expect(deskBytes([page, english, desk, words, turkish])).toBeGreaterThan(size + 700)
  expect(deskBytes([page, english, desk, words, chunk('lazy.js', noise(9000), '/p/pwa/passkey.ts')])).toBe(size)
  expect(deskBytes([page, { ...desk, code: noise(DESK_BYTES_MAX * 2) }, words])).toBeGreaterThan(DESK_BYTES_MAX)
  expect(() => deskBytes([page, english, words])).toThrow('by itself')
})

test('[H47] a build without entry or languages is an error, not a small start', () => {
  expect(() => startBytes([english])).toThrow('no entry')
  expect(() => startBytes([entry('1')])).toThrow('languages')
})
