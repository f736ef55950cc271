import type { View } from './frames.ts'

export type ToWorker = { type: 'frame'; id: number; view: View; bitmap: ImageBitmap }
export type RawRead = { text: string; format: string; aim: string | null }
export type FromWorker =
  | { type: 'ready' }
  | { type: 'dead'; error: string }
  | { type: 'result'; id: number; ms: number; reads: readonly RawRead[] }
