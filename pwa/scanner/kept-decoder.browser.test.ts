import { expect, test } from 'vitest'
import { prewarm, takeDecoder } from './kept-decoder.ts'

const frame = (): Promise<ImageBitmap> => {
  const canvas = new OffscreenCanvas(64, 64)
  canvas.getContext('2d')?.fillRect(0, 0, 64, 64)
  return createImageBitmap(canvas)
}

test('[K33] the decoder that was started ahead is the one that is used, again and again; who has closed hears no more', async () => {
  prewarm()
  const heard: string[] = []
  const hear = (name: string) => (): void => void heard.push(name)
  const first = takeDecoder(hear('first'))
  await expect.poll(() => first.decoder.ready()).toBe(true)
  first.decoder.send(await frame(), 'full')
  await expect.poll(() => heard).toEqual(['first'])
  first.decoder.send(await frame(), 'full')
  first.rest()
  const second = takeDecoder(hear('second'))
  expect(second.decoder).toBe(first.decoder)
  first.rest()
  await expect.poll(() => second.decoder.ready()).toBe(true)
  second.decoder.send(await frame(), 'full')
  await expect.poll(() => heard.at(-1)).toBe('second')
  expect(heard.filter(name => name === 'first')).toHaveLength(1)
  second.rest()
})
