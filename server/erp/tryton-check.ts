import * as v from 'valibot'
import { msOf, UTC } from '../../shared/time.ts'
import type { Health, Problem } from './connector.ts'
import type { Rpc } from './tryton-rpc.ts'
import type { Site, SiteReader } from './tryton-site.ts'
import { id, rowsOf, text } from './tryton-value.ts'

type Right = 'read' | 'write' | 'create' | 'delete'
/** Every right that some operation needs, so that a missing one is named before goods are on the way. */
const RIGHTS: Readonly<Record<string, readonly Right[]>> = {
  'product.product': ['read'],
  'product.template': ['read'],
  'product.identifier': ['read'],
  'product.category': ['read'],
  'product.uom': ['read'],
  'party.party': ['read'],
  'party.address': ['read'],
  'stock.location': ['read'],
  'stock.move': ['read', 'write', 'create', 'delete'],
  'stock.shipment.in': ['read', 'write', 'create'],
  'stock.shipment.out': ['read', 'write'],
  'stock.shipment.out.return': ['read', 'write', 'create'],
  'stock.shipment.internal': ['read', 'write', 'create'],
  'stock.period': ['read'],
  'purchase.purchase': ['read'],
  'purchase.line': ['read'],
  'sale.sale': ['read'],
}
const LOT_RIGHTS: typeof RIGHTS = { 'stock.lot': ['read', 'write', 'create'] }
const PACKAGE_RIGHTS: typeof RIGHTS = {
  'stock.package': ['read', 'write', 'create', 'delete'],
  'stock.package.type': ['read'],
}
const BUTTONS: Readonly<Record<string, readonly string[]>> = {
  'stock.shipment.in': ['receive', 'done'],
  'stock.shipment.out': ['wait', 'assign_try', 'assign_force', 'pick', 'pack', 'done', 'cancel'],
  'stock.shipment.out.return': ['receive', 'done'],
  'stock.shipment.internal': ['wait', 'assign_try', 'assign_force', 'done', 'cancel'],
}

const accessSchema = v.record(v.string(), v.record(v.string(), v.union([v.boolean(), v.number()])))
const buttonRow = v.object({ id, name: text, groups: v.array(id), 'model.': v.object({ model: text }) })

/**
 * Rights that are missing, by model and by button. Tryton reports a missing right with the same kind of error as a business
 * refusal, so this is also asked when something was refused.
 */
export const missingRights = async (rpc: Rpc, site: Site, signal: AbortSignal): Promise<readonly Problem[]> => {
  const rights = {
    ...RIGHTS,
    ...(site.features.lots ? LOT_RIGHTS : {}),
    ...(site.features.packages ? PACKAGE_RIGHTS : {}),
  }
  const access = await rpc.read('model.ir.model.access.get_access', [Object.keys(rights)], accessSchema, signal)
  const models = Object.entries(rights).flatMap(([model, wanted]): Problem[] =>
    wanted
      .filter(right => !access[model]?.[right])
      .map(right => ({
        kind: 'right',
        subject: `${model} ${right}`,
        words: `The Tryton user may not ${right} ${model}: put it into the group that may.`,
      })),
  )
  // Whoever is in a group is in the groups above it as well.
  const own = (await rpc.preferences(signal)).groups
  const above = [[['parent', 'parent_of', own, 'parent']], 0, null, null]
  const groups = await rpc.read('model.res.group.search', above, v.array(id), signal)
  const buttons = await rpc.read(
    'model.ir.model.button.search_read',
    [[['model.model', 'in', Object.keys(BUTTONS)]], 0, null, null, ['name', 'groups', 'model.model']],
    rowsOf(buttonRow),
    signal,
  )
  const closed = buttons.filter(
    button =>
      BUTTONS[button['model.'].model]?.includes(button.name) === true &&
      button.groups.length > 0 &&
      !button.groups.some(group => groups.includes(group)),
  )
  return [
    ...models,
    ...closed.map((button): Problem => ({
      kind: 'right',
      subject: `${button['model.'].model} button ${button.name}`,
      words: `The Tryton user may not press “${button.name}” of ${button['model.'].model}: put it into the group that may.`,
    })),
  ]
}

/** Stock figures and documents carry days: a clock that is off by more would put them on another one. */
const MAX_SKEW_MS = 120_000

export const checkTryton = async (
  rpc: Rpc,
  reader: SiteReader,
  now: () => string,
  signal: AbortSignal,
): Promise<Health> => {
  rpc.forget()
  reader.forget()
  const preferences = await rpc.preferences(signal)
  const version = await rpc.version(signal)
  const site = await reader.read(signal)
  const serverTime = await rpc.clock(signal)
  const problems: Problem[] = [...(await missingRights(rpc, site, signal))]
  if (Math.abs(msOf(serverTime) - msOf(now())) > MAX_SKEW_MS)
    problems.push({
      kind: 'clock',
      subject: serverTime,
      words: 'The clocks of Tryton and of this server differ by more than two minutes.',
    })
  if (!version.startsWith('6.0'))
    problems.push({
      kind: 'module',
      subject: version,
      words: `This connector is held to Tryton 6.0, not to ${version}: rehearse before going live.`,
    })
  return {
    ok: problems.length === 0,
    serverTime,
    timeZone: site.timeZone ?? UTC,
    company: preferences['company.rec_name'] ?? '',
    version,
    problems,
    expiresAt: null,
  }
}
