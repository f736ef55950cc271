import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { derivedId } from '../../shared/ids.ts'
import { drawLabel } from '../../shared/label/layout.ts'
import { zplOf } from '../../shared/label/zpl.ts'
import { isoOf, msOf } from '../../shared/time.ts'
import { PRINT_WAREHOUSE, printerOf, printStore, WORKER } from '../../test/support/print-contract.ts'
import { SAMPLES, TURKISH } from '../../test/support/sample-labels.ts'
import type { PrintStore } from '../ports.ts'
import { makeSendRaw } from '../print/send-raw.ts'
import type { SendRaw } from '../print/send-raw.ts'
import { openDatabase } from '../store/open.ts'
import { printRound } from './print.ts'
import { MAX_ATTEMPTS } from './retry.ts'

const quiet = { info: () => {}, warn: () => {}, error: () => {} }
const START = msOf('2027-03-31T08:00:00.000Z')

/** A printer on this machine; `behave` is what it does with each connection, in turn; the last one goes on. */
const fakePrinter = async (...behave: ((socket: Socket, heard: string[]) => void)[]) => {
  const heard: string[] = []
  const open = new Set<Socket>()
  let n = 0
  const server = createServer({ allowHalfOpen: true }, socket => {
    open.add(socket)
    socket.on('error', () => {})
    behave[Math.min(n, behave.length - 1)]?.(socket, heard)
    n += 1
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const close = (): Promise<void> => {
    for (const socket of open) socket.destroy()
    return new Promise(resolve => server.close(() => resolve()))
  }
  return { port: (server.address() as AddressInfo).port, heard, close, connections: () => n }
}
/** Reads to the end, prints, and takes its leave. */
const prints = (socket: Socket, heard: string[]): void => {
  let text = ''
  socket.on('data', part => (text += part.toString()))
  socket.on('end', () => {
    heard.push(text)
    socket.end()
  })
}
const dropsAtOnce = (socket: Socket): void => void socket.resetAndDestroy()
const dropsInTheMiddle = (socket: Socket): void => void socket.once('data', () => socket.resetAndDestroy())
const neverEnds = (socket: Socket): void => void socket.resume()

describe('the print worker and real sockets', async () => {
  const opened = await openDatabase({ memory: true, dataDir: '', allowNotDurable: true, log: quiet })
  const make = await printStore(opened)
  const closing: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0)) await close()
  })
  afterAll(() => opened.close())

  const rig = async (...behave: Parameters<typeof fakePrinter>) => {
    const print: PrintStore = await make()
    const printer = await fakePrinter(...behave)
    closing.push(printer.close)
    const at = {
      warehouse: PRINT_WAREHOUSE,
      worker: WORKER,
      device: derivedId<'device'>('device', 'print'),
      now: isoOf(START),
    }
    await print.putPrinter(at, { ...printerOf('dock'), port: printer.port }, 1)
    let ms = START
    let calls = 0
    const deps = {
      print,
      // A printer that never ends is waited for a moment only; all others have the time that they need.
      send: (want: Parameters<SendRaw>[0]) => {
        calls += 1
        const totalMs = behave[0] === neverEnds && calls === 1 ? 150 : 60_000
        return makeSendRaw({ connectMs: 60_000, totalMs })(want)
      },
      now: () => isoOf(ms),
      random: () => 0.5,
      newToken: () => crypto.randomUUID(),
    }
    return {
      print,
      printer,
      deps,
      pass: (forMs: number) => (ms += forMs),
      add: (...names: string[]) =>
        print.add(
          { ...at, most: 100 },
          names.map(name => ({
            id: derivedId('print job', name),
            printer: printerOf('dock').id,
            copies: 2,
            body: { label: SAMPLES.tracked, captions: TURKISH },
          })),
        ),
      round: (signal = new AbortController().signal) => printRound(deps, signal),
      jobs: async () =>
        (await print.jobs(PRINT_WAREHOUSE, { state: null, printer: null, before: null, limit: 50 })).toReversed(),
    }
  }

  it('[PL13] labels arrive whole, in their order, one connection each', async () => {
    const { add, round, jobs, printer } = await rig(prints)
    await add('a', 'b', 'c')
    while (await round());
    expect((await jobs()).map(job => [job.state, job.attempts])).toEqual([1, 2, 3].map(() => ['done', 1]))
    const wanted = zplOf(drawLabel(SAMPLES.tracked, TURKISH, '50x30'), 203, 2)
    expect(printer.heard).toEqual([wanted, wanted, wanted])
  })

  it('[PL19] a printer that is away: the label waits longer each time, and is printed once when it is back', async () => {
    const { add, round, jobs, pass, printer, print, deps } = await rig(prints)
    await add('a')
    await printer.close()
    const waits: number[] = []
    for (let i = 0; i < 3; i += 1) {
      expect(await round()).toBe(false)
      const [job] = await jobs()
      expect(job).toMatchObject({ state: 'waiting', attempts: i + 1, words: 'The connection failed: ECONNREFUSED.' })
      waits.push(msOf(job?.nextAt ?? '') - msOf(deps.now()))
      // Not due yet: nothing is tried.
      expect(await round()).toBe(false)
      expect((await jobs())[0]?.attempts).toBe(i + 1)
      pass(waits.at(-1) ?? 0)
    }
    expect(waits).toEqual([2_000, 10_000, 60_000])
    const back = await fakePrinter(prints)
    closing.push(back.close)
    const [printerNow] = await print.printers(PRINT_WAREHOUSE)
    const at = { warehouse: PRINT_WAREHOUSE, worker: WORKER, now: deps.now() }
    await print.putPrinter(at, { ...printerOf('dock'), port: back.port }, printerNow?.version ?? 0)
    while (await round());
    expect([back.heard.length, (await jobs())[0]?.state]).toEqual([1, 'done'])
  })

  it('[PL19] after three days of trying it has failed, and is not lost', async () => {
    const { add, jobs, pass, deps } = await rig(prints)
    await add('a')
    const away = { ...deps, send: async () => ({ kind: 'unsent' as const, words: 'away' }) }
    for (let i = 0; i < MAX_ATTEMPTS; i += 1) {
      await printRound(away, new AbortController().signal)
      pass(3_600_000)
    }
    expect(await jobs()).toMatchObject([{ state: 'failed', attempts: MAX_ATTEMPTS, words: 'away' }])
  })

  it.each([
    ['drops the connection in the middle', dropsInTheMiddle],
    ['never takes its leave', neverEnds],
  ])('[PL20] a printer that %s: the outcome is unknown, and nothing is printed twice by itself', async (_, behaves) => {
    const { add, round, jobs, pass, printer } = await rig(behaves, prints)
    await add('a', 'b')
    await round()
    const [first] = await jobs()
    expect(first).toMatchObject({ state: 'unknown', attempts: 1 })
    expect(first?.words).toMatch(/\w/)
    pass(86_400_000)
    while (await round());
    // The one behind it goes on; the first is a person's.
    expect((await jobs()).map(job => job.state)).toEqual(['unknown', 'done'])
    expect([printer.heard.length, printer.connections()]).toEqual([1, 2])
  })

  it('[PL20] a connection that is reset before anything was read is never taken for printed', async () => {
    const { add, round, jobs } = await rig(dropsAtOnce)
    await add('a')
    await round()
    expect(['waiting', 'unknown']).toContain((await jobs())[0]?.state)
  })

  it('[PL20] a printer that ends the connection before the first byte was sent nothing', async () => {
    let ended = (): void => {}
    const hasEnded = new Promise<void>(resolve => (ended = resolve))
    const { printer } = await rig(socket => void socket.end(ended))
    // Until its end has arrived here, the store does not answer.
    const before = (): Promise<boolean> => hasEnded.then(() => new Promise<never>(() => {}))
    const signal = new AbortController().signal
    const want = { host: '127.0.0.1', port: printer.port, bytes: Buffer.from('^XA^XZ'), signal, before }
    expect(await makeSendRaw()(want)).toEqual({ kind: 'unsent', words: 'The printer ended the connection too early.' })
  })

  it('[PL20] the server ends while it sends: unknown when bytes had gone out, else it waits', async () => {
    const { add, jobs, deps } = await rig(neverEnds)
    await add('a', 'b')
    const stopped = new AbortController()
    stopped.abort()
    await printRound(deps, stopped.signal)
    expect((await jobs())[0]?.state).toBe('waiting')
    const ending = new AbortController()
    const touch: PrintStore['touch'] = async (id, token) => {
      const may = await deps.print.touch(id, token)
      setImmediate(() => ending.abort())
      return may
    }
    const later = { ...deps, now: () => isoOf(START + 3_600_000), print: { ...deps.print, touch } }
    await printRound({ ...later, send: makeSendRaw() }, ending.signal)
    expect((await jobs())[0]).toMatchObject({ state: 'unknown', words: 'The server ended.' })
  })
})
