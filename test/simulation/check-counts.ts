import type { Variance } from '../../shared/count/variance.ts'
import { stockKeyText } from '../../shared/ledger/stock.ts'
import type { Movement } from '../../shared/ledger/stock.ts'
import type { Device, Statement } from './device.ts'
import { SERVER_DEVICE } from './memory-counts.ts'
import { commandKey, cursorKey } from './memory-state.ts'
import type { ServerState, StoredCommand } from './memory-state.ts'
import type { Stage } from './stage.ts'
import { unheardOf } from './check-storage.ts'
import { move } from './truth.ts'

type Posted = { commit: number; name: string; variance: Variance | undefined; movement: Movement }

/** What was posted of counts, as the ledger has it. */
const postedIn = (state: ServerState): readonly Posted[] =>
  [...state.commands.values()].filter(isPost).flatMap(({ body, movements, commit }) =>
    variancesIn(body).flatMap((name, n): Posted[] => {
      const movement = movements[n]
      return movement === undefined ? [] : [{ commit, name, variance: state.variances.get(name), movement }]
    }),
  )

const isPost = ({ device, body }: StoredCommand): boolean =>
  device === SERVER_DEVICE && body.startsWith('{"kind":"count.post"')

const variancesIn = (body: string): readonly string[] => {
  const { variances } = JSON.parse(body) as { variances: readonly { id: string; round: number }[] }
  return variances.map(({ id, round }) => `${id}/${round}`)
}

/** After a decision: what it has posted of counts. */
export const checkPosts = (stage: Stage): void => {
  const state = stage.memory.state()
  const last = state.commands.get(commandKey(SERVER_DEVICE, state.feed.epoch, state.feed.seq))
  if (last === undefined || !isPost(last)) return
  const posted = postedIn(state)
  for (const { commit, name, variance } of posted) {
    if (commit !== state.feed.seq) continue
    if (variance === undefined) return stage.fail('I16', `${name} was posted and is no difference of any row`)
    const same = posted.filter(one => one.name === name || isOfStatement(one, variance))
    if (same.length > 1)
      return stage.fail('I16', `the count of ${stockKeyText(variance.key)} was booked ${same.length} times`)
    checkApprover(stage, variance)
    if (variance.decided?.kind !== 'approve') checkWatermark(stage, variance)
  }
}

const isOfStatement = ({ variance }: Posted, { point }: Variance): boolean =>
  variance?.point.device === point.device && variance.point.epoch === point.epoch && variance.point.seq === point.seq

const checkApprover = (stage: Stage, { decided, key, tries }: Variance): void => {
  if (decided === null) return
  const text = stockKeyText(key)
  const counts = new Set(tries.map(one => one.count))
  for (const one of stage.memory.state().observations.values())
    if (!one.takenBack && stockKeyText(one.key) === text && counts.has(one.count) && one.worker === decided.worker)
      return stage.fail('I16', `whoever counted ${text} has approved it`)
}

export const statementBehind = (stage: Stage, { point }: Variance): (Statement & { device: Device }) | null => {
  const device = stage.devices.find(one => one.id === point.device)
  if (device === undefined || device.queue.snapshot().birth?.epoch !== point.epoch) return null
  const statement = device.statements.get(point.seq)
  return statement === undefined ? null : { ...statement, device }
}

/** Nothing that was done there before the count is still under way. */
const checkWatermark = (stage: Stage, variance: Variance): void => {
  const text = stockKeyText(variance.key)
  const statement = statementBehind(stage, variance)
  if (statement === null) return
  for (const device of stage.devices) {
    const epoch = device.queue.snapshot().birth?.epoch ?? ''
    const known = stage.memory.state().cursors.get(cursorKey(device.id, epoch))?.lastSeq ?? 0
    for (const [seq, legs] of device.acts)
      if (seq > known && (device.actedAt.get(seq) ?? Infinity) < statement.at && legs.some(leg => leg.key === text))
        return stage.fail('I16', `${text} was posted by itself before ${device.name} had told what it did there`)
  }
}

/** What the ledger has of posted counts moves the books and nothing else. */
export const adjustmentsIn = (state: ServerState): ReadonlyMap<string, number> => {
  const sums = new Map<string, number>()
  for (const command of state.commands.values())
    if (isPost(command))
      for (const m of command.movements)
        move(sums, [
          { key: stockKeyText({ ...m, ...m.from }), qty: -m.qty },
          { key: stockKeyText({ ...m, ...m.to }), qty: m.qty },
        ])
  return sums
}

/** At rest: where a right count was posted the books say what lies there, but for what was lost since. */
export const checkCounted = (stage: Stage): void => {
  const state = stage.memory.state()
  const rows = new Map<string, (Statement | null)[]>()
  for (const { variance } of postedIn(state)) {
    if (variance === undefined) continue
    const text = stockKeyText(variance.key)
    rows.set(text, [...(rows.get(text) ?? []), statementBehind(stage, variance)])
  }
  for (const [text, statements] of rows) {
    if (statements.some(one => one === null || !one.isRight)) continue
    const at = Math.max(...statements.map(one => one?.at ?? 0))
    const lost = stage.truth.gone.filter(one => one.key === text && one.at > at).reduce((sum, { qty }) => sum + qty, 0)
    const unheard = unheardOf(stage)
      .filter(one => one.key === text && one.at > at)
      .reduce((sum, { qty }) => sum + qty, 0)
    const lies = (stage.truth.lies.get(text) ?? 0) - unheard
    const booked = state.stock.get(text)?.onHand ?? 0
    stage.seen['rows that a count has put right'] += 1
    if (booked !== lies + lost)
      return stage.fail(
        'I25',
        `${lies} lie at ${text.replaceAll('\u001f', ' ')} after its count, the books say ${booked}`,
      )
  }
}
