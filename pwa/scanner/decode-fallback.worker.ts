import {
  BarcodeFormat,
  BinaryBitmap,
  DecodeHintType,
  HybridBinarizer,
  LuminanceSource,
  MultiFormatReader,
} from '@zxing/library'
import { stretch } from './frames.ts'
import type { FromWorker, ToWorker } from './decode-messages.ts'

// The library writes a line for every reader and every frame without a code.
console.warn = () => {}

/** Grey pixels with a rotation that keeps width and height right (the library's own loses them). */
class Grey extends LuminanceSource {
  readonly #pixels: Uint8ClampedArray
  constructor(pixels: Uint8ClampedArray, width: number, height: number) {
    super(width, height)
    this.#pixels = pixels
  }
  override getRow(y: number, row?: Uint8ClampedArray): Uint8ClampedArray {
    const width = this.getWidth()
    const out = row !== undefined && row.length >= width ? row : new Uint8ClampedArray(width)
    out.set(this.#pixels.subarray(y * width, (y + 1) * width))
    return out
  }
  override getMatrix(): Uint8ClampedArray {
    return this.#pixels
  }
  override isRotateSupported(): boolean {
    return true
  }
  override rotateCounterClockwise(): LuminanceSource {
    const w = this.getWidth()
    const h = this.getHeight()
    const out = new Uint8ClampedArray(w * h)
    for (let y = 0; y < h; y += 1)
      for (let x = 0; x < w; x += 1) out[(w - 1 - x) * h + y] = this.#pixels[y * w + x] ?? 0
    return new Grey(out, h, w)
  }
  override rotateCounterClockwise45(): LuminanceSource {
    return this
  }
  override invert(): LuminanceSource {
    return this
  }
}

const hints = (hard: boolean): Map<DecodeHintType, unknown> =>
  new Map<DecodeHintType, unknown>([
    [
      DecodeHintType.POSSIBLE_FORMATS,
      [
        BarcodeFormat.EAN_13,
        BarcodeFormat.UPC_A,
        BarcodeFormat.EAN_8,
        BarcodeFormat.CODE_128,
        BarcodeFormat.QR_CODE,
        BarcodeFormat.DATA_MATRIX,
        BarcodeFormat.ITF,
      ],
    ],
    [DecodeHintType.ASSUME_GS1, true],
    ...(hard ? ([[DecodeHintType.TRY_HARDER, true]] as const) : []),
  ])
const reader = new MultiFormatReader()
const FORMATS: Readonly<Record<number, string>> = {
  [BarcodeFormat.EAN_13]: 'EAN13',
  [BarcodeFormat.UPC_A]: 'UPCA',
  [BarcodeFormat.EAN_8]: 'EAN8',
  [BarcodeFormat.CODE_128]: 'Code128',
  [BarcodeFormat.QR_CODE]: 'QRCode',
  [BarcodeFormat.DATA_MATRIX]: 'DataMatrix',
  [BarcodeFormat.ITF]: 'ITF',
}
const say = (message: FromWorker): void => self.postMessage(message)

const greyOf = (bitmap: ImageBitmap, stretched: boolean): Grey => {
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height)
  const context = canvas.getContext('2d')
  if (context === null) throw new Error('no canvas in the worker')
  context.drawImage(bitmap, 0, 0)
  const picture = context.getImageData(0, 0, canvas.width, canvas.height)
  if (stretched) stretch(picture)
  const out = new Uint8ClampedArray(canvas.width * canvas.height)
  for (let i = 0; i < out.length; i += 1)
    out[i] =
      ((picture.data[i * 4] ?? 0) * 77 + (picture.data[i * 4 + 1] ?? 0) * 150 + (picture.data[i * 4 + 2] ?? 0) * 29) >>
      8
  return new Grey(out, canvas.width, canvas.height)
}

self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  const begun = performance.now()
  try {
    reader.setHints(hints(data.id % 2 === 0))
    // After a read some readers keep their half: without this a blank frame would give the last code again.
    reader.reset()
    const result = reader.decodeWithState(
      new BinaryBitmap(new HybridBinarizer(greyOf(data.bitmap, data.view === 'stretched'))),
    )
    const aim = /^\][A-Za-z]\d/.exec(result.getText())?.[0] ?? null
    say({
      type: 'result',
      id: data.id,
      ms: performance.now() - begun,
      reads: [
        {
          text: aim === null ? result.getText() : result.getText().slice(3),
          format: FORMATS[result.getBarcodeFormat()] ?? '',
          aim,
        },
      ],
    })
  } catch {
    say({ type: 'result', id: data.id, ms: performance.now() - begun, reads: [] })
  } finally {
    data.bitmap.close()
  }
})
say({ type: 'ready' })
