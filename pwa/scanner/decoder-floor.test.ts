import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader'
import { READER } from './reader-options.ts'

const folder = new URL('../../../shared/samples/barcodes/', import.meta.url)
const script = new URL('score.mjs', folder)

type Score = { positives: { ok: number; wrong: number }; negatives: { wrong: number } }
type Decode = (picture: {
  data: Uint8ClampedArray
  width: number
  height: number
}) => Promise<{ text: string; format: string } | null>

describe('the decoder on photos of real labels', () => {
  it.skipIf(!existsSync(script))(
    '[K43] reads at least 285 of 349 photos, none wrongly, nothing where there is nothing',
    async () => {
      const wasm = readFileSync(createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm'))
      prepareZXingModule({ overrides: { wasmBinary: new Uint8Array(wasm).buffer } })
      const { score } = (await import(script.href)) as { score: (decode: Decode) => Promise<Score> }
      const all = { ...READER, formats: [] }
      const result = await score(async ({ data, width, height }) => {
        const picture = { data, width, height, colorSpace: 'srgb' } as ImageData
        const read = (await readBarcodes(picture, all)).find(found => found.isValid)
        return read === undefined ? null : { text: read.text, format: read.format }
      })
      expect(result.positives.ok).toBeGreaterThanOrEqual(285)
      expect({ wrong: result.positives.wrong, falseReads: result.negatives.wrong }).toEqual({ wrong: 0, falseReads: 0 })
    },
    120_000,
  )
})
