import { expect } from 'vitest'
import type { DriftClass, Proposal } from '../../server/erp/compare/verdict.ts'
import { makeBooks } from './books.ts'
import type { Case, Kit } from './kit.ts'

/** The books of both sides are compared: every kind of difference is planted, found and named for what it is. */
export const compareCases = (kit: Kit): readonly Case[] => {
  const cases: Case[] = []
  const test = (title: string, run: Case['run']): void => void cases.push({ title, run })
  const peer = () => kit.peer()
  const books = () => makeBooks(peer(), kit.connector())
  type Books = ReturnType<typeof books>
  /** Goods that both books know: 10 of a new item. */
  const agreed = async (our: Books, n = 10): Promise<string> => {
    const item = await peer().item()
    our.know(item)
    await peer().stockUp(item, peer().places.main, n)
    our.put(item, n)
    return item
  }
  const expectOne = async (
    our: Books,
    item: string,
    drift: number,
    name: DriftClass,
    proposal: Proposal,
  ): Promise<void> => {
    const found = await our.found(item)
    expect(found.map(row => [row.drift, row.class, row.proposal])).toEqual([[drift, name, proposal]])
  }

  test('[ER11] equal books, messages under way among them, show no difference', async () => {
    const our = books()
    const item = await agreed(our)
    our.say(our.adjust(item, -3, our.at()))
    expect(await our.found(item)).toEqual([])
    await our.deliver()
    expect(await our.found(item)).toEqual([])
  })
  test('[ER12] in flight: the ERP has what we do not know yet; it ends with the message', async () => {
    const our = books()
    const item = await agreed(our)
    const key = our.say(our.adjust(item, -3, our.at()))
    await our.leave(key, 'unknown', 'posted')
    await expectOne(our, item, -3, 'inFlight', 'wait')
    await our.deliver()
    expect(await our.found(item)).toEqual([])
  })
  test('[ER12] missing: we believe it posted, the ERP has a draft', async () => {
    const our = books()
    const item = await agreed(our)
    const key = our.say(our.adjust(item, -3, our.at()))
    await our.leave(key, 'posted', 'prepared')
    await expectOne(our, item, 3, 'missing', 'repost')
    await our.outbox.store.reopen([key], 'supervisor', our.at())
    await our.deliver()
    expect(await our.found(item)).toEqual([])
  })
  test('[ER12] posted twice: the ERP has our key two times', async () => {
    const our = books()
    const item = await agreed(our)
    const key = our.say(our.adjust(item, -3, our.at()))
    await our.deliver()
    await peer().bookAgain?.(key)
    await expectOne(our, item, -3, 'duplicate', 'reverse')
  })
  test('[ER12] unit: the ERP has twelve times as much', async () => {
    const our = books()
    const item = await peer().item({ caseOf: 12 })
    our.know(item, 12)
    await peer().stockUp(item, peer().places.main, 120)
    our.put(item, 10)
    await expectOne(our, item, 110, 'unit', 'map')
  })
  test('[ER12] swapped places: one has too much what the other lacks', async () => {
    const our = books()
    const item = await agreed(our)
    await peer().moveByHand(item, peer().places.main, peer().places.second, 4)
    const found = await our.found(item)
    expect(found.map(row => [row.location, row.drift, row.class]).sort()).toEqual(
      [
        [peer().places.main, -4, 'swap'],
        [peer().places.second, 4, 'swap'],
      ].sort(),
    )
  })
  test('[ER12] swapped lots', async () => {
    const our = books()
    const item = await peer().item({ lot: true })
    our.know(item)
    await peer().stockUp(item, peer().places.main, 6, 'LOT-A')
    await peer().stockUp(item, peer().places.main, 4, 'LOT-B')
    our.put(item, 4, 'main', 'LOT-A')
    our.put(item, 6, 'main', 'LOT-B')
    const found = await our.found(item)
    expect(found.map(row => [row.lot, row.drift, row.class])).toEqual([
      ['LOT-A', 2, 'swap'],
      ['LOT-B', -2, 'swap'],
    ])
  })
  test('[ER32] numbered units: one here and another there are two differences, what is under way is none', async () => {
    const our = books()
    const item = await peer().item({ serial: true })
    our.know(item, undefined, true)
    for (const number of ['SN-1', 'SN-2', 'SN-4']) await peer().stockUp(item, peer().places.main, 1, number)
    for (const number of ['SN-2', 'SN-3', 'SN-4']) our.put(item, 1, 'main', number)
    const key = our.say({ ...our.adjust(item, -1, our.at()), serial: 'SN-4' })
    const differing = async () => (await our.found(item)).map(row => [row.lot, row.drift, row.class]).sort()
    const two = [
      ['SN-1', 1, 'swap'],
      ['SN-3', -1, 'swap'],
    ]
    expect(await differing()).toEqual(two)
    await our.deliver()
    expect((await our.rowOf(key)).state).toBe('posted')
    expect(await differing()).toEqual(two)
  })
  test('[ER12] stale count: what moved between count and posting is overwritten', async () => {
    const our = books()
    const item = await agreed(our)
    const countedAt = our.at()
    our.say(our.adjust(item, 3, our.at()))
    await our.deliver()
    our.say(our.adjust(item, -2, countedAt))
    await our.deliver()
    await peer().adjustByHand(item, peer().places.main, -3)
    await expectOne(our, item, -3, 'stale', 'adoptOurs')
  })
  test('[ER12] edited: somebody in the ERP did it', async () => {
    const our = books()
    const item = await agreed(our)
    expect(await our.found(item)).toEqual([])
    await peer().adjustByHand(item, peer().places.main, 4)
    await expectOne(our, item, 4, 'edited', 'adoptTheirs')
    // What explained it is still known when the next look begins behind it.
    await expectOne(our, item, 4, 'edited', 'adoptTheirs')
  })
  test('[ER31] several: the ERP has one message as a draft only, and somebody there did more', async () => {
    const our = books()
    const item = await agreed(our)
    expect(await our.found(item)).toEqual([])
    const key = our.say(our.adjust(item, -3, our.at()))
    await our.leave(key, 'posted', 'prepared')
    await peer().adjustByHand(item, peer().places.main, 2)
    await expectOne(our, item, 5, 'several', 'repost')
    const [found] = await our.found(item)
    expect(found?.causes.map(cause => [cause.class, cause.n, cause.proposal])).toEqual([
      ['missing', 3, 'repost'],
      ['edited', 2, 'adoptTheirs'],
    ])
  })
  test('[ER12] skipped: a person has decided that the ERP is not told', async () => {
    const our = books()
    const item = await agreed(our)
    const key = our.say(our.adjust(item, -3, our.at()))
    await our.leave(key, 'skipped', 'none')
    await expectOne(our, item, 3, 'skipped', 'adoptOurs')
  })
  test('[ER12] unmapped: goods that we do not know', async () => {
    const our = books()
    const item = await peer().item()
    await peer().stockUp(item, peer().places.main, 5)
    await expectOne(our, item, 5, 'unmapped', 'map')
  })
  test('[ER12] rounding: less than one unit, where the ERP holds fractions', async () => {
    const our = books()
    const item = await agreed(our)
    await peer().adjustByHand(item, peer().places.main, 0.25)
    await expectOne(our, item, 0.25, 'rounding', 'adoptOurs')
    // Others work on the same books: they are left in whole units.
    await peer().adjustByHand(item, peer().places.main, -0.25)
    expect(await our.found(item)).toEqual([])
  })
  test('[ER12] what nothing explains is to be counted', async () => {
    const our = books()
    const item = await agreed(our)
    our.put(item, -1)
    await expectOne(our, item, 1, 'unexplained', 'recount')
    // And is over when both agree again.
    our.put(item, 1)
    expect(await our.found(item)).toEqual([])
  })
  return cases
}
