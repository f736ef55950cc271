import type { Resolved, Scan } from '../../shared/scan/scan.ts'
import { takeBadge } from './badge.ts'
import type { Core } from './core.ts'
import { press } from './press.ts'
import { answeredBy } from './question.ts'
import { resolveHere } from './resolve.ts'
import { openOf, topOf } from './state.ts'

/**
 * The one loop: look the code up here, never on the network; find its meaning; let it decide what happens. Commands and
 * badges count on every screen, before anything else.
 */
export const take = async (core: Core, scan: Scan): Promise<void> => {
  const { handheld } = core.ports
  core.remember(scan)
  const resolved = await resolveHere(core, scan)
  const { at } = topOf(core.get())
  const isTest = at === 'settings' || at === 'check'
  if (isTest) core.set({ test: { scan, resolved } })
  const [first] = resolved.readings
  if (first?.kind === 'command') return press(core, first.code)
  if (await answeredBy(core, scan.text)) return
  if (first?.kind === 'badge') return takeBadge(core, first.text)
  if (first?.kind === 'enrolment') return setUpAgain(core, first.token)
  if (isTest) return core.say('right', 'test.read', { code: scan.text })
  const floor = core.floor()
  if (handheld.session() === null || floor === null) return core.say('wrong', 'login.first', {}, scan.text)
  if (isStillLoading(core, resolved)) return core.say('wrong', 'still.loading', {}, scan.text)
  if (at === 'problems' && resolved.readings.length === 0) await floor.park(core, scan.text)
  else if (isSearch(core, resolved)) await floor.search(core, scan.text)
  else if (openOf(core.get()) === null) await floor.route(core, resolved)
  else await floor.step(core, { kind: 'scan', resolved })
}

/** Before the first catalogue is whole, an unknown code is no fact about the goods: nothing is booked and nothing parked. */
const isStillLoading = (core: Core, { readings, problem }: Resolved): boolean => {
  const expects = core.get().prompt?.expects
  const wantsItem = expects === undefined || expects.includes('item')
  return readings.length === 0 && problem === null && wantsItem && !core.ports.handheld.hasCatalogue()
}

const SEARCH_MIN = 2

/** On the home screen and in Look-up, what was typed and is no code is words. */
const isSearch = (core: Core, { scan, readings, problem }: Resolved): boolean => {
  const open = openOf(core.get())
  const isFree = open === null || open.process.name === 'lookup'
  return (
    scan.source === 'typed' && scan.text.length >= SEARCH_MIN && readings.length === 0 && problem === null && isFree
  )
}

const setUpAgain = async (core: Core, token: string): Promise<void> => {
  const answer = await core.ports.setUpAgain(token)
  if (answer === 'ok') core.say('right', 'enrol.done')
  else core.say('wrong', answer === 'offline' ? 'enrol.offline' : 'enrol.bad')
}
