import { describe, expect, it } from 'vitest'
import { prepareZXingModule, writeBarcode } from 'zxing-wasm/writer'
import writerUrl from 'zxing-wasm/writer/zxing_writer.wasm?url'
import { makeDecoder } from './decoder.ts'
import type { Decoder } from './decoder.ts'
import type { RawRead } from './decode-messages.ts'
import { schedule } from './feedback.ts'
import type { View } from './frames.ts'
import { lengthMs, TONES } from './tones.ts'

prepareZXingModule({ overrides: { locateFile: () => writerUrl } })

const drawn = async (text: string, format: 'EAN13' | 'QRCode' | 'Code128', turned = false): Promise<ImageBitmap> => {
  const { image } = await writeBarcode(text, { format, scale: 3 })
  if (image === null) throw new Error('no symbol')
  const symbol = await createImageBitmap(image)
  const canvas = new OffscreenCanvas(640, 480)
  const context = canvas.getContext('2d')
  if (context === null) throw new Error('no canvas')
  context.fillStyle = '#888'
  context.fillRect(0, 0, 640, 480)
  context.translate(320, 240)
  if (turned) context.rotate(Math.PI / 2)
  context.fillStyle = '#fff'
  context.fillRect(-symbol.width / 2 - 20, -symbol.height / 2 - 20, symbol.width + 40, symbol.height + 40)
  context.drawImage(symbol, -symbol.width / 2, -symbol.height / 2)
  return createImageBitmap(canvas)
}

/** Waits for the worker by asking it again, frame by frame, as the camera does. */
const readBy = async (
  make: (onReads: (reads: readonly RawRead[]) => void) => Decoder,
  picture: () => Promise<ImageBitmap>,
  view: View,
): Promise<RawRead | undefined> => {
  let answer: (reads: readonly RawRead[]) => void = () => {}
  const decoder = make(reads => answer(reads))
  try {
    for (let frame = 0; frame < 6; frame += 1) {
      while (!decoder.ready()) await new Promise(resolve => requestAnimationFrame(resolve))
      const bitmap = await picture()
      const reads = await new Promise<readonly RawRead[]>(resolve => {
        answer = resolve
        decoder.send(bitmap, view)
      })
      if (reads[0] !== undefined) return reads[0]
    }
    return undefined
  } finally {
    decoder.stop()
  }
}

describe('the decoder in its worker', () => {
  it.each([
    ['EAN13', '9780764544200', ']E0', false],
    ['EAN13', '9780764544200', ']E0', true],
    ['Code128', 'A-12-03', ']C0', false],
    ['QRCode', 'XLA12033', ']Q1', false],
  ] as const)('[K40] reads %s %s', async (format, text, aim, turned) => {
    expect(await readBy(makeDecoder, () => drawn(text, format, turned), 'full')).toMatchObject({ text, aim })
  })
  it('[K41] reads the same label after the local stretch', async () => {
    expect(await readBy(makeDecoder, () => drawn('9780764544200', 'EAN13'), 'stretched')).toMatchObject({
      text: '9780764544200',
    })
  })
  it('[K42] the decoder in plain JavaScript reads EAN-13 where the other cannot run', async () => {
    expect(
      await readBy(
        onReads => makeDecoder(onReads, { plain: true }),
        () => drawn('9780764544200', 'EAN13'),
        'full',
      ),
    ).toMatchObject({ text: '9780764544200' })
  })
})

describe('tones as they are rendered', () => {
  it.each(Object.entries(TONES))('[K4] %s is heard and never clips', async (_, tone) => {
    const context = new OfflineAudioContext(1, Math.ceil(44.1 * (lengthMs(tone) + 30)), 44_100)
    schedule(context, tone, 0, 0.5)
    const samples = (await context.startRendering()).getChannelData(0)
    const peak = samples.reduce((max, sample) => Math.max(max, Math.abs(sample)), 0)
    expect(peak).toBeGreaterThan(0.3)
    expect(peak).toBeLessThanOrEqual(0.9)
  })
})
