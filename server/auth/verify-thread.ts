import { Worker } from 'node:worker_threads'
import type { PublicKey } from '../../shared/sync/enrol.ts'

/** Reading a key costs more than a signature; a fleet has fewer keys than this. */
const MAX_KEPT = 2000

/** Plain JavaScript: a thread of its own has neither our bundle nor our loader. Four texts a signature, one byte an answer. */
const THREAD = `
  const { createPublicKey, verify } = require('node:crypto')
  const { parentPort } = require('node:worker_threads')
  const points = new Map()
  const pointOf = (x, y) => {
    const name = x + '.' + y
    const known = points.get(name)
    if (known !== undefined) return known
    const point = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' })
    if (points.size >= ${MAX_KEPT}) points.clear()
    points.set(name, point)
    return point
  }
  const isGood = (x, y, text, sig) => {
    const raw = Buffer.from(sig, 'base64url')
    try {
      return raw.length === 64 && verify('sha256', Buffer.from(text), { key: pointOf(x, y), dsaEncoding: 'ieee-p1363' }, raw)
    } catch {
      return false // no point of the curve
    }
  }
  parentPort.on('message', asked => {
    const good = new Uint8Array(asked.length / 4)
    for (let i = 0; i < good.length; i += 1) good[i] = isGood(...asked.slice(4 * i, 4 * i + 4)) ? 1 : 0
    parentPort.postMessage(good)
  })`

type Ask = { texts: readonly [x: string, y: string, text: string, sig: string]; answer: (good: boolean) => void }

/**
 * Verifies signatures in a thread of its own. What is asked for in one turn of the event loop goes there as one message:
 * handing over fifty one by one costs the server's own thread as much as verifying them. The thread answers in order.
 */
const makeVerifyThread = () => {
  let worker: Worker | null = null
  let asked: Ask[] = []
  const sent: Ask[][] = []
  const start = (): Worker => {
    const thread = new Worker(THREAD, { eval: true, execArgv: [] })
    thread.on('message', (good: Uint8Array) => {
      for (const [i, { answer }] of (sent.shift() ?? []).entries()) answer(good[i] === 1)
      // Nothing is waited for: it does not keep the process.
      if (sent.length === 0) thread.unref()
    })
    // Without it nobody could be let in: the process ends, so that its supervisor starts it anew.
    thread.on('error', error => {
      throw error
    })
    return thread
  }
  const send = (): void => {
    worker ??= start()
    worker.ref()
    worker.postMessage(asked.flatMap(({ texts }) => texts))
    sent.push(asked)
    asked = []
  }
  return ({ x, y }: PublicKey, text: string, sig: string): Promise<boolean> =>
    new Promise(answer => {
      if (asked.length === 0) queueMicrotask(send)
      asked.push({ texts: [x, y, text, sig], answer })
    })
}

/** Whether `sig` is base64url of raw r‖s, ECDSA P-256 with SHA-256 over utf8(text) by this key. Never throws. */
export const verifyInThread = makeVerifyThread()
