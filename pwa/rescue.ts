/**
 * The way out when the app itself does not work: no framework, no schema, no module of ours. Opened without a version,
 * IndexedDB reads even a database whose upgrade would throw for ever. Everything found is one JSON line; nothing is deleted.
 */
const DATABASE = 'stockhand-queue'
const STORES = ['cmd', 'meta']

const openQueue = (): Promise<IDBDatabase> =>
  new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE)
    // Without this the look itself would leave an empty database behind, and the app would take it for its own.
    request.addEventListener('upgradeneeded', () => request.transaction?.abort())
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error ?? new Error('not opened')))
  })

const rowsOf = (db: IDBDatabase, store: string): Promise<unknown[]> =>
  new Promise((resolve, reject) => {
    if (!db.objectStoreNames.contains(store)) return resolve([])
    const request = db.transaction(store).objectStore(store).getAll()
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error ?? new Error('not read')))
  })

/** The device record holds a key that cannot leave; its place in the text is left empty. */
const lineOf = (store: string, row: unknown): string =>
  JSON.stringify({ store, row }, (_, value: unknown) => (value instanceof CryptoKey ? null : value))

const collect = async (): Promise<{ text: string; commands: number }> => {
  const db = await openQueue()
  const lines: string[] = []
  let commands = 0
  for (const store of STORES) {
    const rows = await rowsOf(db, store)
    if (store === 'cmd') commands = rows.length
    for (const row of rows) lines.push(lineOf(store, row))
  }
  db.close()
  return { text: lines.join('\n'), commands }
}

const byId = (id: string): HTMLElement | null => document.querySelector<HTMLElement>(`#${id}`)
const say = (id: string, text: string): void => {
  const at = byId(id)
  if (at) at.textContent = text
}

const send = async (text: string): Promise<void> => {
  say('answer', '…')
  try {
    const response = await fetch('/api/rescue', {
      method: 'POST',
      body: text,
      headers: { 'content-type': 'text/plain' },
    })
    say(
      'answer',
      response.ok ? 'Sent. Tell your supervisor. · Gönderildi. Sorumluna söyle.' : `Not taken (${response.status}).`,
    )
  } catch {
    say('answer', 'No connection. Save it as a file. · Bağlantı yok. Dosyaya kaydet.')
  }
}

const save = (text: string): void => {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/x-ndjson' }))
  const link = document.createElement('a')
  link.href = url
  link.download = 'stockhand-rescue.ndjson'
  link.click()
  URL.revokeObjectURL(url)
}

const start = async (): Promise<void> => {
  const { text, commands } = await collect()
  say('found', `${commands} steps found on this handheld. · Bu cihazda ${commands} işlem bulundu.`)
  for (const [id, act] of [
    ['send', send],
    ['save', save],
  ] as const) {
    const button = byId(id)
    if (!(button instanceof HTMLButtonElement)) continue
    button.disabled = text === ''
    button.addEventListener('click', () => void act(text))
  }
}

start().catch((error: unknown) => say('found', `Nothing could be read: ${String(error)}`))
