import { partOf } from '../shared/sync/rescue-series.ts'
import { codesOf, draw, makeReader } from './rescue/codes.ts'
import { find } from './rescue/found.ts'
import { makeSender } from './rescue/send.ts'
import type { SendPorts, Sent } from './rescue/send.ts'

/** The way out when the app itself does not work: reads, sends, saves and shows what is here; deletes nothing. */

/** What makes the app call for help: a database that had to be left, steps that an update did not bring along. */
const ALARMS = ['stockhand-emergency', 'stockhand-before-update']
/** Long enough for a slow camera to read each code once. */
const CODE_MS = 600

const byId = <E extends HTMLElement>(id: string, kind: new () => E): E => {
  const at = document.querySelector(`#${id}`)
  if (!(at instanceof kind)) throw new Error(`the page has no ${id}`)
  return at
}
const say = (id: string, text: string): void => {
  byId(id, HTMLElement).textContent = text
}
const press = (id: string, act: () => void): void => byId(id, HTMLButtonElement).addEventListener('click', act)
const show = (id: string): void => {
  byId(id, HTMLElement).hidden = false
}

/** The alarm of the app ends when somebody has what had to be left behind. */
const stopAlarm = (): void => {
  for (const alarm of ALARMS) localStorage.removeItem(alarm)
  byId('done', HTMLButtonElement).hidden = true
}
const offerDone = (): void => {
  if (ALARMS.some(alarm => localStorage.getItem(alarm) !== null)) show('done')
}

const PORTS: Omit<SendPorts, 'progress'> = {
  post: async (path, body) => {
    const response = await fetch(path, { method: 'POST', body, headers: { 'content-type': 'text/plain' } })
    const wait = Number(response.headers.get('retry-after'))
    return {
      status: response.status,
      retryAfter: wait > 0 ? wait : null,
      body: await response.json().catch(() => null),
    }
  },
  pause: seconds => new Promise(resolve => setTimeout(resolve, seconds * 1000)),
}

const wordsOf = (sent: Sent): string => {
  if (sent.kind === 'offline')
    return 'No connection. Save it or show it as codes. · Bağlantı yok. Dosyaya kaydet ya da kod göster.'
  if (sent.kind === 'refused') return `Not taken (${sent.status}). · Alınmadı (${sent.status}).`
  const { opened } = sent
  if (opened === null) return 'Sent. Tell your supervisor. · Gönderildi. Sorumluna söyle.'
  const { steps, known, booked, inbox, waits } = opened
  const en = `${steps} steps: ${known} known, ${booked} booked, ${inbox + waits} wait`
  const tr = `${steps} işlem: ${known} biliniyordu, ${booked} işlendi, ${inbox + waits} bekliyor`
  return `Sent. ${en}. Tell your supervisor. · Gönderildi. ${tr}. Sorumluna söyle.`
}

/** What it says is told at this place of the page. */
const senderTo = (place: string): ((text: string) => Promise<Sent>) => {
  const send = makeSender({
    ...PORTS,
    progress: (done, parts) => say(place, parts === 1 ? '…' : `… ${done} / ${parts}`),
  })
  return async text => {
    const sent = await send(text)
    say(place, wordsOf(sent))
    return sent
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

/** One code after the other, round and round, until the other device has them all. */
const showCodes = async (text: string): Promise<void> => {
  const codes = await codesOf(text)
  const canvas = byId('code', HTMLCanvasElement)
  let at = 0
  let timer: ReturnType<typeof setInterval> | null = null
  const turn = (by: number): void => {
    at = (at + by + codes.length) % codes.length
    draw(canvas, codes[at] ?? '')
    canvas.dataset['n'] = String(at + 1)
    say('count', `${at + 1} / ${codes.length}`)
  }
  const run = (go: boolean): void => {
    if (timer !== null) clearInterval(timer)
    timer = go ? setInterval(() => turn(1), CODE_MS) : null
    say('pause', go ? '❚❚' : '▶')
  }
  const by = (step: number): void => {
    run(false)
    turn(step)
  }
  press('back', () => by(-1))
  press('next', () => by(1))
  press('pause', () => run(timer === null))
  show('codes')
  turn(0)
  run(true)
}

const offer = (text: string, waiting: string): void => {
  for (const id of ['send', 'save', 'show']) byId(id, HTMLButtonElement).disabled = false
  const send = senderTo('answer')
  press('send', () => {
    byId('send', HTMLButtonElement).disabled = true
    void send(text)
      .then(sent => (sent.kind === 'sent' ? stopAlarm() : undefined))
      .finally(() => {
        byId('send', HTMLButtonElement).disabled = false
      })
  })
  press('save', () => {
    save(text)
    offerDone()
  })
  press('show', () => {
    byId('show', HTMLButtonElement).disabled = true
    void showCodes(waiting).then(offerDone, (error: unknown) => say('answer', String(error)))
  })
}

/** Codes of another handheld come by camera, by a keyboard scanner or pasted; whole, they go the same way as our own. */
const receive = (): void => {
  const reader = makeReader()
  const send = senderTo('progress')
  const take = async (text: string): Promise<boolean> => {
    const end = await reader(text)
    if (end.kind === 'some') {
      const missing = end.missing.slice(0, 12).join(', ')
      say('progress', `${end.have} / ${end.total}. Missing · Eksik: ${missing}${end.missing.length > 12 ? ' …' : ''}`)
    } else if (end.kind === 'broken') say('progress', 'The codes do not fit together. Begin again. · Kodlar uyuşmuyor.')
    else if (end.kind === 'all') {
      say('progress', 'All codes are here. Sending … · Tüm kodlar geldi. Gönderiliyor …')
      const sent = await send(end.text)
      if (sent.kind !== 'sent') save(end.text)
    }
    return end.kind === 'all'
  }
  const pasted = byId('pasted', HTMLTextAreaElement)
  pasted.addEventListener('input', () => {
    const lines = pasted.value.split('\n')
    // The last line may still be on its way.
    const whole = lines.filter((line, i) => i < lines.length - 1 || partOf(line) !== null)
    pasted.value = lines.filter(line => !whole.includes(line)).join('\n')
    void whole.reduce<Promise<unknown>>((before, line) => before.then(() => take(line)), Promise.resolve())
  })
  press('read', () => void readCamera(take))
  const file = byId('file', HTMLInputElement)
  file.addEventListener('change', () => {
    const [chosen] = file.files ?? []
    if (chosen !== undefined) void chosen.text().then(text => (text === '' ? undefined : send(text)))
    file.value = ''
  })
}

const readCamera = async (take: (text: string) => Promise<boolean>): Promise<void> => {
  const video = byId('video', HTMLVideoElement)
  show('video')
  try {
    const { startCamera } = await import('./scanner/camera-scanner.ts')
    const camera = await startCamera(video, {
      device: null,
      wanted: async () => false,
      known: () => false,
      onScan: scan =>
        void take(scan.text).then(all => {
          if (!all) return undefined
          video.hidden = true
          return camera.stop()
        }),
    })
  } catch (error) {
    video.hidden = true
    say('progress', `The camera does not start. · Kamera açılmıyor. ${String(error)}`)
  }
}

const start = async (): Promise<void> => {
  receive()
  const found = await find()
  say('found', `${found.steps} steps found on this handheld. · Bu cihazda ${found.steps} işlem bulundu.`)
  say('trouble', found.troubles.join(' '))
  if (found.text !== '') offer(found.text, found.waiting)
}

start().catch((error: unknown) => say('found', `Nothing could be read: ${String(error)}`))
