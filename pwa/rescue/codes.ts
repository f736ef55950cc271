import { create } from 'qrcode'
import { collect, missingOf, partOf, seriesOf, wholeOf } from '../../shared/sync/rescue-series.ts'
import type { Collected } from '../../shared/sync/rescue-series.ts'

const through = async (bytes: Uint8Array, stream: CompressionStream | DecompressionStream): Promise<Uint8Array> =>
  new Uint8Array(await new Response(new Blob([Uint8Array.from(bytes)]).stream().pipeThrough(stream)).arrayBuffer())

/** The codes of a text: packed, so that a morning without a network is a minute of codes. */
export const codesOf = async (text: string): Promise<readonly string[]> =>
  seriesOf(await through(new TextEncoder().encode(text), new CompressionStream('deflate-raw')))

/** White around it, as wide as the standard wants. */
const QUIET = 4

/** Modules are drawn as whole pixels: a blurred edge costs more reads than a smaller code. */
export const draw = (canvas: HTMLCanvasElement, text: string): void => {
  const { modules } = create(text, { errorCorrectionLevel: 'M' })
  const size = modules.size + 2 * QUIET
  const scale = Math.max(2, Math.floor((Math.min(innerWidth, innerHeight) - 24) / size))
  canvas.width = size * scale
  canvas.height = size * scale
  const context = canvas.getContext('2d')
  if (context === null) return
  context.fillStyle = '#ffffff'
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.fillStyle = '#000000'
  for (let y = 0; y < modules.size; y += 1)
    for (let x = 0; x < modules.size; x += 1)
      if (modules.get(y, x)) context.fillRect((x + QUIET) * scale, (y + QUIET) * scale, scale, scale)
}

export type Reading =
  /** No part of a series, or of one that is whole already. */
  | { kind: 'nothing' }
  | { kind: 'some'; have: number; total: number; missing: readonly number[] }
  | { kind: 'all'; text: string }
  /** All parts are there and do not make what the series says: begin again. */
  | { kind: 'broken' }

/** Reads codes in any order until a series is whole. */
export const makeReader = (): ((text: string) => Promise<Reading>) => {
  let got: Collected | null = null
  let done: string | null = null
  return async text => {
    const part = partOf(text)
    if (part === null || part.series === done) return { kind: 'nothing' }
    got = collect(got, part)
    const missing = missingOf(got)
    if (missing.length > 0) return { kind: 'some', have: got.total - missing.length, total: got.total, missing }
    const whole = wholeOf(got)
    if (whole === null) return { kind: 'broken' }
    done = got.series
    try {
      return {
        kind: 'all',
        text: new TextDecoder().decode(await through(whole, new DecompressionStream('deflate-raw'))),
      }
    } catch {
      return { kind: 'broken' }
    }
  }
}
