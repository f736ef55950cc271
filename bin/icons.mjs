// Draws the app icons into pwa/public/icons: a shelf with boxes and the line of a scanner, on the blue of the header.
// Run with `node bin/icons.mjs` after a change; the pictures are kept in the repository.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PNG } from 'pngjs'

const OUT = join(dirname(fileURLToPath(import.meta.url)), '../pwa/public/icons')
const BLUE = [0x0b, 0x3d, 0x5c, 255]
const WHITE = [255, 255, 255, 255]
const AMBER = [0xff, 0xc2, 0x0a, 255]
const CLEAR = [0, 0, 0, 0]

/** Rectangles in hundredths of the drawing: x, y, width, height, colour. Later ones lie on top. */
const SHELF = [
  [14, 16, 6, 70, WHITE],
  [80, 16, 6, 70, WHITE],
  [14, 46, 72, 5, WHITE],
  [14, 78, 72, 5, WHITE],
  [26, 26, 20, 20, WHITE],
  [52, 30, 22, 16, WHITE],
  [26, 58, 28, 20, WHITE],
  [60, 62, 14, 16, WHITE],
  [6, 53, 88, 4, AMBER],
]

const colourAt = (x, y, drawing) => {
  const hit = drawing.findLast(
    ([left, top, width, height]) => x >= left && x < left + width && y >= top && y < top + height,
  )
  return hit ? hit[4] : null
}

/** Plain icons have round corners; a maskable one is cut by the launcher and keeps its drawing in the inner 70 %. */
const pixelOf = (x, y, maskable) => {
  if (maskable) return colourAt((x - 15) / 0.7, (y - 15) / 0.7, SHELF) ?? BLUE
  const corner = 18
  const dx = Math.max(corner - x, x - (100 - corner), 0)
  const dy = Math.max(corner - y, y - (100 - corner), 0)
  return Math.hypot(dx, dy) > corner ? CLEAR : (colourAt(x, y, SHELF) ?? BLUE)
}

/** Four samples a pixel and axis, so that the edges are smooth. */
const draw = (size, maskable) => {
  const png = new PNG({ width: size, height: size })
  const samples = 4
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const sum = [0, 0, 0, 0]
      for (let i = 0; i < samples * samples; i += 1) {
        const px = (x + ((i % samples) + 0.5) / samples) * (100 / size)
        const py = (y + (Math.floor(i / samples) + 0.5) / samples) * (100 / size)
        const [r, g, b, a] = pixelOf(px, py, maskable)
        for (const [at, value] of [r, g, b].entries()) sum[at] += value * a
        sum[3] += a
      }
      const at = (y * size + x) * 4
      for (let c = 0; c < 3; c += 1) png.data[at + c] = sum[3] === 0 ? 0 : Math.round(sum[c] / sum[3])
      png.data[at + 3] = Math.round(sum[3] / (samples * samples))
    }
  }
  return PNG.sync.write(png, { deflateLevel: 9 })
}

mkdirSync(OUT, { recursive: true })
for (const size of [192, 512]) {
  writeFileSync(join(OUT, `${size}.png`), draw(size, false))
  writeFileSync(join(OUT, `maskable-${size}.png`), draw(size, true))
}
