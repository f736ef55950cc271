import type { Birth, QueueRow, SavedState } from '../sync/ports.ts'

/** Where the queue's database holds what. */
export const BIRTH_KEY = 'birth'
export const stateKey = (key: string): string => `state/${key}`

/**
 * The one transaction that a worker waits for, so it is asked for in one breath: no request waits for the answer to the one
 * before it. Where the marker row turns out to have moved on (another tab appended) all of it is taken back, and the answer
 * is false. Rejects with the reason of the abort; then nothing was written.
 */
export const appendIn = (
  db: IDBDatabase,
  expected: Birth,
  next: Birth,
  rows: readonly QueueRow[],
  state: SavedState | null,
): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const transaction = db.transaction(['cmd', 'meta'], 'readwrite', { durability: 'strict' })
    const cmd = transaction.objectStore('cmd')
    const meta = transaction.objectStore('meta')
    let isOvertaken = false
    transaction.addEventListener('complete', () => resolve(true))
    transaction.addEventListener('abort', () => {
      if (isOvertaken) resolve(false)
      else reject(transaction.error ?? new DOMException('the transaction was given up', 'AbortError'))
    })
    const now = meta.get(BIRTH_KEY)
    now.addEventListener('success', () => {
      const birth = (now.result as { value: Birth } | undefined)?.value
      if (birth?.epoch === expected.epoch && birth.next === expected.next) return
      isOvertaken = true
      transaction.abort()
    })
    try {
      for (const row of rows) cmd.add(row)
      meta.put({ k: BIRTH_KEY, value: next })
      if (state !== null) meta.put({ k: stateKey(state.key), value: state })
    } catch (error) {
      reject(error)
      transaction.abort()
    }
  })
