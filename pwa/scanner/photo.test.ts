import { describe, expect, it } from 'vitest'
import { fit, smallEnough } from './photo.ts'

describe('a photo', () => {
  it('[PH2] is scaled down to 1,600 pixels, never up', () => {
    expect(fit({ width: 4000, height: 3000 })).toEqual({ width: 1600, height: 1200 })
    expect(fit({ width: 900, height: 3200 })).toEqual({ width: 450, height: 1600 })
    expect(fit({ width: 640, height: 480 })).toEqual({ width: 640, height: 480 })
    expect(fit({ width: 100_000, height: 2 })).toEqual({ width: 1600, height: 1 })
  })

  it('[PH2] loses quality first, then size, until it has at most 400,000 bytes', async () => {
    const tries: string[] = []
    const bytes = (perPixel: number) =>
      smallEnough({ width: 3200, height: 1600 }, async ({ width, height }, quality) => {
        tries.push(`${width} ${quality}`)
        return new Uint8Array(Math.round(width * height * perPixel * quality))
      })
    expect((await bytes(0.4))?.byteLength).toBe(358_400)
    expect(tries).toEqual(['1600 0.7'])
    tries.length = 0
    expect((await bytes(0.9))?.byteLength).toBeLessThanOrEqual(400_000)
    expect(tries).toEqual(['1600 0.7', '1600 0.6', '1600 0.5', '1600 0.4', '1120 0.7'].slice(0, tries.length))
    expect(tries.length).toBeGreaterThan(1)
  })

  it('[PH2] that nothing makes small enough is none', async () => {
    let tries = 0
    const never = await smallEnough({ width: 1600, height: 1600 }, async () => {
      tries += 1
      return new Uint8Array(400_001)
    })
    expect(never).toBeNull()
    expect(tries).toBe(20)
  })
})
