import { pbkdf2Sync } from 'node:crypto'
import { describe, expect, test, vi } from 'vitest'
import type { PinVerifier, Roster } from '../../shared/catalogue.ts'
import { pinVerifier } from '../../server/auth/pin.ts'
import { testPorts } from '../../test/support/handheld-world.ts'
import { testSite } from '../../test/support/site.ts'
import { isoOf } from '../../shared/time.ts'
import { makePeople } from './people.ts'
import { LOCK_MS } from './pin-lock.ts'

const site = testSite('pins')
const PIN = '2580'
/** One round: what takes long is the server's own test. */
const quick = (pin: string): PinVerifier => ({
  salt: Buffer.alloc(16, 3).toString('base64url'),
  rounds: 1,
  hash: pbkdf2Sync(pin, Buffer.alloc(16, 3), 1, 32, 'sha256').toString('base64url'),
})

const opened = async (over: Partial<Roster> = {}, verifier: PinVerifier = quick(PIN)) => {
  const { ports } = testPorts()
  // Two hands of one clock, so that one can be set without the other.
  const hands = { wall: 1_800_000_000_000, mono: 0 }
  const clock = { now: () => hands.wall, mono: () => hands.mono }
  const workers = site.roster.workers.map(one => (one.name === 'BERK' ? one : { ...one, pin: verifier }))
  const roster: Roster = { ...site.roster, workers, pin: ['picker', 'counter'], ...over }
  const setup = {
    warehouse: site.warehouse,
    verify: async () => true,
    roster: { text: JSON.stringify(roster), sig: '' },
  }
  /** The page is loaded again: what is in memory is gone, and its own clock begins anew. */
  const start = async () => {
    hands.mono = 0
    const people = makePeople({ ...ports, clock }, setup, () => isoOf(hands.wall))
    await people.load()
    return people
  }
  const pass = (ms: number): void => {
    hands.wall += ms
    hands.mono += ms
  }
  return { people: await start(), start, hands, pass, queue: ports.queue }
}

describe('the PIN besides the badge', () => {
  test('[PN5] a badge alone logs nobody in who needs a PIN; badge and PIN do', async () => {
    const { people } = await opened()
    expect(await people.logIn('XBANNA')).toEqual({ ok: false, why: 'pin', name: 'ANNA' })
    expect(people.session()).toBeNull()
    expect(await people.logIn('XBANNA', '9999')).toEqual({ ok: false, why: 'pinWrong', left: 4 })
    expect(await people.logIn('XBANNA', PIN)).toMatchObject({ ok: true, session: { worker: { name: 'ANNA' } } })
  })
  test('[PN1] a person of other roles, and a roster of before, ask for none', async () => {
    const { people } = await opened()
    expect(await people.logIn('XBCEM')).toMatchObject({ ok: true })
    const { people: early } = await opened({ pin: [] })
    expect(await early.logIn('XBANNA')).toMatchObject({ ok: true })
  })
  test('[PN7] who has to have one and has none is not logged in, whatever is typed', async () => {
    const { people } = await opened()
    expect(await people.logIn('XBBERK')).toEqual({ ok: false, why: 'noPin', name: 'BERK' })
    expect(await people.logIn('XBBERK', PIN)).toEqual({ ok: false, why: 'noPin', name: 'BERK' })
  })
  test('[PN8] what the server made is what WebCrypto checks', async () => {
    const verifier = await pinVerifier('482915', bytes => new Uint8Array(bytes).fill(5))
    const { people } = await opened({}, verifier)
    expect(await people.logIn('XBANNA', '482914')).toMatchObject({ why: 'pinWrong' })
    expect(await people.logIn('XBANNA', '482915')).toMatchObject({ ok: true })
  })
  test('[PN3] no session keeps the verifier', async () => {
    const { people, queue } = await opened()
    await people.logIn('XBANNA', PIN)
    expect(JSON.stringify([people.session(), await queue.states()])).not.toContain(quick(PIN).hash)
  })
  test('[PN5] whoever is logged in stays in the session, also with a roster that has run out', async () => {
    const { people, hands } = await opened()
    const first = await people.logIn('XBANNA', PIN)
    hands.wall = Date.parse('2031-01-01T00:00:00.000Z')
    expect(await people.logIn('XBANNA')).toMatchObject({ why: 'pin' })
    expect(await people.logIn('XBANNA', PIN)).toEqual(first)
    expect(await people.logIn('XBBERK', PIN)).toEqual({ ok: false, why: 'expired' })
  })
})

describe('five wrong PINs', () => {
  const locked = async () => {
    const held = await opened()
    for (const left of [4, 3, 2, 1])
      expect(await held.people.logIn('XBANNA', '9999')).toEqual({ ok: false, why: 'pinWrong', left })
    expect(await held.people.logIn('XBANNA', '9999')).toEqual({ ok: false, why: 'pinWait', ms: LOCK_MS })
    return held
  }
  test('[PN6] the right PIN has to wait as well, five minutes, and others do not', async () => {
    const { people, pass } = await locked()
    pass(LOCK_MS - 1)
    expect(await people.logIn('XBANNA', PIN)).toEqual({ ok: false, why: 'pinWait', ms: 1 })
    expect(await people.logIn('XBANNA')).toEqual({ ok: false, why: 'pinWait', ms: 1 })
    expect(await people.logIn('XBCEM')).toMatchObject({ ok: true })
    pass(1)
    expect(await people.logIn('XBANNA', PIN)).toMatchObject({ ok: true })
  })
  test('[PN6] a reload, with or without a clock that was set back, shortens nothing', async () => {
    const { start, hands } = await locked()
    hands.wall += 60_000
    const again = await start()
    expect(await again.logIn('XBANNA', PIN)).toEqual({ ok: false, why: 'pinWait', ms: LOCK_MS - 60_000 })
    hands.wall -= 86_400_000
    const back = await start()
    expect(await back.logIn('XBANNA', PIN)).toEqual({ ok: false, why: 'pinWait', ms: LOCK_MS })
  })
  test('[PN6] a try counts before it is looked at: a page that is closed meanwhile has used it up', async () => {
    const { people, start } = await opened()
    for (let i = 0; i < 4; i += 1) await people.logIn('XBANNA', '9999')
    // Closed in the middle: the answer never comes.
    const looking = vi.spyOn(crypto.subtle, 'deriveBits').mockReturnValue(new Promise(() => undefined))
    void people.logIn('XBANNA', PIN)
    await vi.waitFor(() => expect(looking).toHaveBeenCalled())
    looking.mockRestore()
    expect(await (await start()).logIn('XBANNA', PIN)).toMatchObject({ why: 'pinWait' })
  })
  test('[PN6] the right one begins the count anew', async () => {
    const { people } = await opened()
    for (let i = 0; i < 4; i += 1) await people.logIn('XBANNA', '9999')
    expect(await people.logIn('XBANNA', PIN)).toMatchObject({ ok: true })
    await people.logOut()
    expect(await people.logIn('XBANNA', '9999')).toEqual({ ok: false, why: 'pinWrong', left: 4 })
  })
})
