import type { Symbology } from '../../shared/scan/scan.ts'

export type Read = { text: string; symbology: Symbology | null; aim: string | null; at: number }
export type AcceptState = {
  seen: { text: string; symbology: Symbology | null; at: number } | null
  locked: ReadonlyMap<string, number>
}

export const NOTHING_SEEN: AcceptState = { seen: null, locked: new Map() }

const TWO_D: ReadonlySet<Symbology> = new Set(['qr', 'gs1-qr', 'datamatrix', 'gs1-datamatrix', 'aztec', 'pdf417'])
const SECOND_WITHIN_MS = 800
/** A taken text stays locked until it has been out of view this long: holding still counts once. */
const UNLOCK_MS = 700

/**
 * Whether a read of the camera is proof enough: one when it is what the prompt expects, a 2D code or a known Code 128; else
 * two equal ones, because true misreads pass their check digit. `at` in ms. Pure.
 */
export const accept = (
  state: AcceptState,
  read: Read,
  known: { expected: (text: string) => boolean; known: (text: string) => boolean },
): { state: AcceptState; taken: boolean; equalReads: number } => {
  const locked = new Map([...state.locked].filter(([, at]) => read.at - at < UNLOCK_MS))
  if (locked.has(read.text)) {
    locked.set(read.text, read.at)
    return { state: { seen: state.seen, locked }, taken: false, equalReads: 0 }
  }
  const { seen } = state
  const again =
    seen !== null &&
    seen.text === read.text &&
    seen.symbology === read.symbology &&
    read.at - seen.at <= SECOND_WITHIN_MS
  const one =
    known.expected(read.text) ||
    (read.symbology !== null && TWO_D.has(read.symbology)) ||
    (read.symbology === 'code128' && known.known(read.text)) ||
    read.symbology === 'gs1-128'
  if (!one && !again) return { state: { seen: read, locked }, taken: false, equalReads: 1 }
  locked.set(read.text, read.at)
  return { state: { seen: null, locked }, taken: true, equalReads: again ? 2 : 1 }
}
