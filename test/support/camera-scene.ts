import { writeFileSync } from 'node:fs'
import { PNG } from 'pngjs'

export type Grey = { width: number; height: number; pixels: Uint8Array }

/** A PNG as grey levels, cut to even sides (padding would change what reads). */
export const greyOfPng = (file: Buffer): Grey => {
  const png = PNG.sync.read(file)
  const width = png.width - (png.width % 2)
  const height = png.height - (png.height % 2)
  const pixels = new Uint8Array(width * height)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const i = (y * png.width + x) * 4
      const alpha = (png.data[i + 3] ?? 255) / 255
      const grey = ((png.data[i] ?? 0) * 77 + (png.data[i + 1] ?? 0) * 150 + (png.data[i + 2] ?? 0) * 29) / 256
      pixels[y * width + x] = Math.round(grey * alpha + 255 * (1 - alpha))
    }
  }
  return { width, height, pixels }
}

/** Lays a picture into the middle of a larger grey scene, as a label held before the camera. */
export const inScene = (picture: Grey, width = 640, height = 480, background = 128): Grey => {
  const pixels = new Uint8Array(width * height).fill(background)
  const left = Math.floor((width - picture.width) / 2)
  const top = Math.floor((height - picture.height) / 2)
  for (let y = 0; y < picture.height; y += 1)
    pixels.set(picture.pixels.subarray(y * picture.width, (y + 1) * picture.width), (top + y) * width + left)
  return { width, height, pixels }
}

/** Scenes one after the other as a Y4M file that Chromium's fake camera plays in a loop; each stands for `frames` frames of 10 a second. */
export const writeCamera = (file: string, scenes: readonly { scene: Grey; frames: number }[]): void => {
  const first = scenes[0]?.scene
  if (first === undefined) throw new Error('no scene')
  const parts: Buffer[] = [Buffer.from(`YUV4MPEG2 W${first.width} H${first.height} F10:1 Ip A0:0 C420mpeg2\n`)]
  for (const { scene, frames } of scenes) {
    const luma = Buffer.from(scene.pixels.map(grey => Math.round(16 + (219 * grey) / 255)))
    const frame = Buffer.concat([Buffer.from('FRAME\n'), luma, Buffer.alloc((scene.width * scene.height) / 2, 128)])
    for (let i = 0; i < frames; i += 1) parts.push(frame)
  }
  writeFileSync(file, Buffer.concat(parts))
}
