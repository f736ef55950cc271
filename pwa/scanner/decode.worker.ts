import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader'
import wasmUrl from 'zxing-wasm/reader/zxing_reader.wasm?url'
import { stretch } from './frames.ts'
import type { FromWorker, ToWorker } from './decode-messages.ts'
import { READER } from './reader-options.ts'

const say = (message: FromWorker): void => self.postMessage(message)
let canvas: OffscreenCanvas | null = null

const pixels = (bitmap: ImageBitmap): ImageData => {
  if (canvas === null || canvas.width !== bitmap.width || canvas.height !== bitmap.height)
    canvas = new OffscreenCanvas(bitmap.width, bitmap.height)
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (context === null) throw new Error('no canvas in the worker')
  context.drawImage(bitmap, 0, 0)
  bitmap.close()
  return context.getImageData(0, 0, canvas.width, canvas.height)
}

const decode = async ({ id, view, bitmap }: ToWorker): Promise<void> => {
  const begun = performance.now()
  try {
    const picture = pixels(bitmap)
    if (view === 'stretched') stretch(picture)
    const found = await readBarcodes(picture, READER)
    const reads = found
      .filter(read => read.isValid)
      .map(read => ({ text: read.text, format: read.format, aim: read.symbologyIdentifier || null }))
    say({ type: 'result', id, ms: performance.now() - begun, reads })
  } catch (error) {
    say({ type: 'dead', error: String(error) })
  }
}

self.addEventListener('message', (event: MessageEvent<ToWorker>) => void decode(event.data))

// The module would load its wasm from a public address by default; ours is precached.
prepareZXingModule({ overrides: { locateFile: () => wasmUrl }, fireImmediately: true })
  .then(() => readBarcodes(new ImageData(64, 64), READER))
  .then(
    () => say({ type: 'ready' }),
    (error: unknown) => say({ type: 'dead', error: String(error) }),
  )
