export type View = 'square' | 'full' | 'stretched'
/** Every third frame is the whole picture, every third is locally stretched (labels beside something bright). */
export const VIEWS: readonly View[] = ['square', 'full', 'stretched']

/** Rectangle of a view in video pixels. A wide strip would cut off a label standing upright, hence the square. */
export const rectOf = (
  view: View,
  width: number,
  height: number,
): readonly [x: number, y: number, w: number, h: number] => {
  if (view === 'full') return [0, 0, width, height]
  const side = Math.round(Math.min(width, height) * 0.8)
  return [Math.round((width - side) / 2), Math.round((height - side) / 2), side, side]
}

const TILE = 16
/** Below this difference of grey a tile counts as flat. */
const TEXTURE = 24

/**
 * Stretches each tile between the mean minimum and maximum of the textured tiles around it; flat areas become white.
 * Changes the RGBA pixels in place.
 */
export const stretch = ({ data, width, height }: { data: Uint8ClampedArray; width: number; height: number }): void => {
  const tw = Math.ceil(width / TILE)
  const th = Math.ceil(height / TILE)
  const min = new Uint8Array(tw * th).fill(255)
  const max = new Uint8Array(tw * th)
  const grey = new Uint8Array(width * height)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const i = (y * width + x) * 4
      const g = ((data[i] ?? 0) * 77 + (data[i + 1] ?? 0) * 150 + (data[i + 2] ?? 0) * 29) >> 8
      grey[y * width + x] = g
      const t = Math.floor(y / TILE) * tw + Math.floor(x / TILE)
      if (g < (min[t] ?? 0)) min[t] = g
      if (g > (max[t] ?? 0)) max[t] = g
    }
  }
  for (let ty = 0; ty < th; ty += 1)
    for (let tx = 0; tx < tw; tx += 1) stretchTile({ data, grey, width, height, tw, th, min, max }, tx, ty)
}

type Tiles = {
  data: Uint8ClampedArray
  grey: Uint8Array
  width: number
  height: number
  tw: number
  th: number
  min: Uint8Array
  max: Uint8Array
}

const stretchTile = (t: Tiles, tx: number, ty: number): void => {
  let low = 0
  let high = 0
  let n = 0
  for (let y = Math.max(0, ty - 1); y <= Math.min(t.th - 1, ty + 1); y += 1) {
    for (let x = Math.max(0, tx - 1); x <= Math.min(t.tw - 1, tx + 1); x += 1) {
      const i = y * t.tw + x
      if ((t.max[i] ?? 0) - (t.min[i] ?? 0) < TEXTURE) continue
      low += t.min[i] ?? 0
      high += t.max[i] ?? 0
      n += 1
    }
  }
  const lo = n === 0 ? 0 : low / n
  const range = n === 0 ? 0 : (high - low) / n
  for (let y = ty * TILE; y < Math.min(t.height, (ty + 1) * TILE); y += 1) {
    for (let x = tx * TILE; x < Math.min(t.width, (tx + 1) * TILE); x += 1) {
      const g = t.grey[y * t.width + x] ?? 0
      const value = range < TEXTURE ? 255 : ((g - lo) * 255) / range
      const i = (y * t.width + x) * 4
      t.data[i] = value
      t.data[i + 1] = value
      t.data[i + 2] = value
    }
  }
}
