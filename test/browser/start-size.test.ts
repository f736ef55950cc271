import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { START_BYTES_MAX, startBytes } from '../../bin/start-size.mjs'

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

test('[H47] a build without entry or languages is an error, not a small start', () => {
  expect(() => startBytes([english])).toThrow('no entry')
  expect(() => startBytes([entry('1')])).toThrow('languages')
})
