import type { Dexie } from 'dexie'

/** The connection below Dexie, opened again where the browser has dropped it; one that we closed stays closed. */
export const backend = async (db: Dexie): Promise<IDBDatabase> => {
  if (!db.isOpen()) await db.tables[0]?.count()
  return db.backendDB()
}

/** Rows of a table by their keys, in one transaction whose requests do not wait for each other. */
export const readAll = async <T>(db: Dexie, table: string, keys: readonly string[]): Promise<(T | undefined)[]> => {
  const connection = await backend(db)
  return new Promise((resolve, reject) => {
    const transaction = connection.transaction(table, 'readonly')
    const store = transaction.objectStore(table)
    const asked = keys.map(key => store.get(key) as IDBRequest<T | undefined>)
    // The last answer has come when the others have: nothing is written, so the end of the transaction is not waited for.
    asked.at(-1)?.addEventListener('success', () => resolve(asked.map(one => one.result)))
    transaction.addEventListener('complete', () => resolve(asked.map(one => one.result)))
    transaction.addEventListener('abort', () => reject(transaction.error ?? new DOMException('given up', 'AbortError')))
  })
}
