const two = (n: number): number[] => [n >> 8, n & 255]

/** The least that is a JPEG by its headers: start, a comment, one frame of these sides, end. */
export const jpegHeaders = (width: number, height: number, filler = ''): Uint8Array<ArrayBuffer> => {
  const comment = [...new TextEncoder().encode(filler)]
  const start = [0xff, 0xd8, 0xff, 0xfe, ...two(comment.length + 2), ...comment]
  const frame = [0xff, 0xc0, ...two(11), 8, ...two(height), ...two(width), 1, 1, 0x11, 0]
  return Uint8Array.from([...start, ...frame, 0xff, 0xd9])
}
