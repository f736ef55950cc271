import { describe, expect, it } from 'vitest'
import type { PhotoQuery } from '../../shared/sync/photo.ts'
import { ATTACH_MS, makePhotoUpload, nextDue } from './photo-upload.ts'
import type { KeptPhoto, PhotoStore, PhotoUploadPorts } from './photo-upload.ts'

const NOW = 1_000_000_000
const photo = (sha: string, over: Partial<KeptPhoto> & { kind?: PhotoQuery['kind'] } = {}): KeptPhoto => {
  const { kind = 'command', ...rest } = over
  const about = { kind, subject: kind === 'command' ? 'abcdefghijkl/1' : '???', takenAt: '2026-11-23T08:00:00.000Z' }
  return { sha, about, takenAt: NOW, sentAt: null, acknowledgedAt: null, notBefore: 0, ...rest }
}

describe('which photo goes next', () => {
  it('[PH6] one that a step names goes at once, the oldest first; one of a code after ten minutes', () => {
    const named = photo('named', { takenAt: NOW - 1 })
    const older = photo('older', { takenAt: NOW - 2 })
    const loose = photo('loose', { kind: 'code', takenAt: NOW - 5 })
    expect(nextDue([named, loose, older], NOW)).toEqual({ kind: 'now', photo: older })
    expect(nextDue([loose], NOW)).toEqual({ kind: 'later', at: NOW - 5 + ATTACH_MS })
    expect(nextDue([loose], NOW - 5 + ATTACH_MS)).toEqual({ kind: 'now', photo: loose })
    expect(nextDue([], NOW)).toEqual({ kind: 'none' })
  })
  it('[PH6] a clock that was set back holds no photo', () => {
    const ahead = photo('ahead', { kind: 'code', takenAt: NOW + 1 })
    expect(nextDue([ahead], NOW)).toEqual({ kind: 'now', photo: ahead })
  })
  it('[PH6] a clock that was set back while one was refused or waits for its step holds it no longer than it ever waits', () => {
    const YEAR = 31_536_000_000
    const refused = photo('refused', { notBefore: NOW + YEAR })
    expect(nextDue([refused], NOW)).toEqual({ kind: 'now', photo: refused })
    // Taken under the wrong clock, refused under the right one: it waits its hour like any other.
    const both = photo('both', { kind: 'code', takenAt: NOW + YEAR, notBefore: NOW + 3_600_000 })
    expect(nextDue([both], NOW)).toEqual({ kind: 'later', at: NOW + 3_600_000 })
  })
  it('[PH5] one that was refused waits, the others do not', () => {
    const refused = photo('refused', { takenAt: NOW - 9, notBefore: NOW + 1 })
    const next = photo('next')
    expect(nextDue([refused, next], NOW)).toEqual({ kind: 'now', photo: next })
    expect(nextDue([refused], NOW)).toEqual({ kind: 'later', at: NOW + 1 })
  })
})

type SendEnd = Awaited<ReturnType<PhotoUploadPorts['send']>>

/** The uploader over memory, a clock and timers that are turned by hand. */
const uploader = (photos: readonly KeptPhoto[]) => {
  const rows = new Map(photos.map(one => [one.sha, one]))
  const timers: { at: number; run: () => void }[] = []
  const world = { now: NOW, go: true, random: 1, ends: [] as SendEnd[], calm: Promise.resolve() }
  const sent: string[] = []
  const counts: number[] = []
  const change = (sha: string, to: Partial<KeptPhoto>): void => {
    const row = rows.get(sha)
    if (row !== undefined) rows.set(sha, { ...row, ...to })
  }
  const store: PhotoStore = {
    put: async row => {
      rows.set(row.sha, row)
      return 'kept'
    },
    attach: async () => undefined,
    waiting: async () => [...rows.values()].filter(row => row.acknowledgedAt === null),
    bytes: async () => new Uint8Array([1]),
    tried: async (sha, at) => change(sha, at),
    acknowledge: async (sha, acknowledgedAt) => change(sha, { acknowledgedAt }),
    forget: async before => {
      for (const row of rows.values())
        if (row.acknowledgedAt !== null && row.acknowledgedAt < before) rows.delete(row.sha)
    },
  }
  const upload = makePhotoUpload({
    store,
    clock: { now: () => world.now, mono: () => world.now },
    timer: {
      after: (ms, run) => {
        const timer = { at: world.now + ms, run }
        timers.push(timer)
        return () => void timers.splice(timers.indexOf(timer), 1)
      },
    },
    random: () => world.random,
    send: async ({ sha }) => {
      sent.push(sha)
      return world.ends.shift() ?? { kind: 'kept' }
    },
    mayGo: () => world.go,
    calm: () => world.calm,
    counted: n => void counts.push(n),
  })
  const pass = async (ms: number): Promise<void> => {
    world.now += ms
    for (const timer of timers.filter(one => one.at <= world.now)) {
      timers.splice(timers.indexOf(timer), 1)
      timer.run()
    }
    await upload.rest()
  }
  const look = async (): Promise<void> => {
    upload.look()
    await upload.rest()
  }
  return { rows, world, sent, counts, timers, store, upload, pass, look }
}

describe('sending photos', () => {
  it('[PH3] [PH4] all that wait go one after the other, and each is kept until the server has it', async () => {
    const { rows, sent, counts, look } = uploader([photo('a'), photo('b', { takenAt: NOW + 0 })])
    await look()
    expect(sent).toEqual(['a', 'b'])
    expect([...rows.values()].map(row => [row.sentAt, row.acknowledgedAt])).toEqual([
      [NOW, NOW],
      [NOW, NOW],
    ])
    expect(counts.at(-1)).toBe(0)
  })

  it('[PH4] none goes while steps wait or nobody answers; the next change lets it go', async () => {
    const { world, sent, look } = uploader([photo('a')])
    world.go = false
    await look()
    expect(sent).toEqual([])
    world.go = true
    await look()
    expect(sent).toEqual(['a'])
  })

  it('[PH4] a scan that comes first has made a step: the photo waits for that one too', async () => {
    const { world, sent, upload, look } = uploader([photo('a')])
    let over = (): void => undefined
    world.calm = new Promise(resolve => {
      over = resolve
    })
    upload.look()
    world.go = false
    over()
    await upload.rest()
    expect(sent).toEqual([])
    world.go = true
    await look()
    expect(sent).toEqual(['a'])
  })

  it('[PH5] no answer is tried again later and later, up to a minute; what changes meanwhile does not cut it short', async () => {
    const { world, sent, timers, upload, pass, look } = uploader([photo('a')])
    world.ends = Array.from({ length: 8 }, () => ({ kind: 'offline' as const }))
    await look()
    const waits: number[] = []
    for (let n = 1; n <= 8; n += 1) {
      await look()
      upload.more()
      await upload.rest()
      expect([sent.length, timers.length]).toEqual([n, 1])
      const ms = (timers[0]?.at ?? 0) - world.now
      waits.push(ms)
      await pass(ms)
    }
    expect(waits).toEqual([2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000])
    expect(sent).toHaveLength(9)
    expect(timers).toEqual([])
  })

  it('[PH5] Retry-After is obeyed, and a photo that is refused for itself waits an hour without the others', async () => {
    const { world, sent, pass, look } = uploader([photo('a'), photo('b')])
    world.ends = [{ kind: 'wait', ms: 90_000 }]
    await look()
    await pass(89_999)
    expect(sent).toEqual(['a'])
    world.ends = [{ kind: 'rejected' }]
    await pass(1)
    expect(sent).toEqual(['a', 'a', 'b'])
    await pass(3_599_999)
    expect(sent).toHaveLength(3)
    await pass(1)
    expect(sent).toEqual(['a', 'a', 'b', 'a'])
  })

  it('[PH5] one of a clock that was set back is refused once in an hour, not without end', async () => {
    const { world, sent, pass, look } = uploader([photo('a', { takenAt: NOW + 31_536_000_000 })])
    world.ends = Array.from({ length: 9 }, () => ({ kind: 'rejected' as const }))
    await look()
    expect(sent).toEqual(['a'])
    await pass(3_600_000)
    expect(sent).toEqual(['a', 'a'])
  })

  it('[PH5] a clock that is set back while a refused one waits does not make it wait for the old hour', async () => {
    const { world, sent, upload, look } = uploader([photo('a', { takenAt: NOW - 2 * 86_400_000 })])
    world.ends = [{ kind: 'rejected' }]
    await look()
    world.now -= 86_400_000
    upload.more()
    await upload.rest()
    expect(sent).toEqual(['a', 'a'])
  })

  it('[PH6] one of a code goes when its ten minutes are over, or at once when a step names it', async () => {
    const { rows, sent, upload, pass, look } = uploader([photo('a', { kind: 'code' }), photo('b', { kind: 'code' })])
    await look()
    expect(sent).toEqual([])
    rows.set('b', photo('b'))
    upload.more()
    await upload.rest()
    expect(sent).toEqual(['b'])
    await pass(ATTACH_MS)
    expect(sent).toEqual(['b', 'a'])
  })

  it('[PH3] what was acknowledged is remembered for a day', async () => {
    const { rows, upload, pass, look } = uploader([photo('a')])
    await look()
    await pass(86_400_000)
    upload.more()
    await upload.rest()
    expect(rows.has('a')).toBe(true)
    await pass(1)
    upload.more()
    await upload.rest()
    expect(rows.has('a')).toBe(false)
  })

  it('[PH4] a stopped one sends nothing more, and a store that fails is tried again', async () => {
    const { sent, store, upload, look, pass } = uploader([photo('a')])
    const { waiting } = store
    store.waiting = async () => {
      throw new DOMException('full', 'QuotaExceededError')
    }
    await look()
    store.waiting = waiting
    await pass(60_000)
    expect(sent).toEqual(['a'])
    upload.stop()
    upload.more()
    await upload.rest()
    expect(sent).toEqual(['a'])
  })
})
