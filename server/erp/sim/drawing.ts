import { crc32, deflateSync } from 'node:zlib'

const SIDE = 64
const COLOURS = ['b5651d', '2f6f9f', '3f8f4f', '9f3f3f', '7f5f9f', '8f8f3f', '3f8f8f', '6f6f6f'] as const

const chunk = (name: string, body: Buffer): Buffer => {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), body])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  const check = Buffer.alloc(4)
  check.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, check])
}

/** 0 = ground, 1 = box, 2 = edge and tape: a parcel with its lid taped. */
const inkAt = (x: number, y: number): number => {
  const isInside = x >= 8 && x < 56 && y >= 14 && y < 54
  if (!isInside) return 0
  const isEdge = x < 10 || x >= 54 || y < 16 || y >= 52 || (y >= 24 && y < 26)
  return isEdge || (x >= 28 && x < 36 && y < 24) ? 2 : 1
}

/** The thumbnail of the n-th article of the demo, base64: a parcel, PNG (RFC 2083), about 200 bytes. */
export const parcel = (n: number): string => {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(SIDE, 0)
  head.writeUInt32BE(SIDE, 4)
  head.set([8, 3, 0, 0, 0], 8)
  const palette = Buffer.from(`ffffff${COLOURS[n % COLOURS.length] ?? ''}3a2a1a`, 'hex')
  const rows = Array.from({ length: SIDE }, (_, y) => [0, ...Array.from({ length: SIDE }, (__, x) => inkAt(x, y))])
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const body = deflateSync(Buffer.from(rows.flat()))
  return Buffer.concat([
    signature,
    chunk('IHDR', head),
    chunk('PLTE', palette),
    chunk('IDAT', body),
    chunk('IEND', Buffer.alloc(0)),
  ]).toString('base64')
}
