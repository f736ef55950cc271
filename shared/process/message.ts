/**
 * Every answer, question and rejection that a process can give. The words live in pwa/words, typed by this list: a missing
 * one does not compile. Values are names, codes and numbers, never parts of sentences.
 */
export type Values = Readonly<Record<string, string | number>>

export const MESSAGES = [
  // prompts
  'ready.any',
  'enrol.code',
  'login',
  'unlock',
  'scan.doc',
  'scan.recv',
  'scan.lot',
  'scan.expiry',
  'scan.serial',
  'scan.place',
  'scan.task',
  'scan.item',
  'scan.next',
  'scan.tote',
  'scan.anything',
  'take.item',
  'how.many',
  'why',
  'again.confirm',
  'done.ask',
  // success
  'got',
  'got.number',
  'line.done',
  'task.done',
  'place.ok',
  'tote.bound',
  'opened',
  'short.done',
  'kept',
  'closed',
  'shown',
  'date.ok',
  'lot.ok',
  // questions
  'ask.newLot',
  'ask.notHere',
  'ask.rest',
  'ask.newTote',
  'ask.fefo',
  'ask.takeOver',
  'ask.blind',
  'ask.serialHere',
  'ask.handOver',
  // notes
  'rcv.oldest',
  'over.ok',
  'older.stock',
  'role.note',
  // rejections, by the keys of flows.md
  'unknown',
  'many',
  'which.lpn',
  'which.lot',
  'which.serial',
  'which.item',
  'wrong.item',
  'wrong.lot',
  'wrong.serial',
  'wrong.lpn',
  'wrong.place',
  'wrong.tote',
  'wrong.kind',
  'other.client',
  'other.warehouse',
  'place.closed',
  'role',
  'dup',
  'first.place',
  'rcv.closed',
  'rcv.none',
  'rcv.notHere',
  'rcv.noExpiry',
  'rcv.expired',
  'rcv.shortLife',
  'rcv.lotDate',
  'rcv.placeNo',
  'rcv.nothing',
  'rcv.noDock',
  'over',
  'qty.max',
  'qty.bad',
  'pick.none',
  'pick.notAvailable',
  'pick.leased',
  'lot.gone',
  'lot.elsewhere',
  'tote.other',
  'tote.unknown',
  'first.item',
  'qty.less',
  'skipped',
  'no.key',
  'date.bad',
  'label.separator',
  'label.contradicts',
  'label.bad',
  'undo.none',
  'cancelled',
  // receive, the rest
  // putaway
  // pick, the rest
  'pick.waits',
  // pack and ship
  // count
  // move, status, scrap
  // replenish
  // return
  // look-up
  // undo and photos
  'undone',
  'undo.shipped',
] as const
export type MessageKey = (typeof MESSAGES)[number]

/** Short words on titles, buttons, labels and tiles. */
export const WORDS = [
  // titles
  'receive',
  'pick',
  'lookup',
  'putaway',
  'pack',
  'ship',
  'count',
  'move',
  'replenish',
  'return',
  'putback',
  // keys
  'key.undo',
  'key.back',
  'key.type',
  'key.problem',
  'key.done',
  'key.yes',
  'key.no',
  'key.short',
  'key.empty',
  'key.noDocument',
  'key.damaged',
  'key.skip',
  'key.lookup',
  'key.help',
  'key.home',
  'key.menu',
  'key.list',
  'key.camera',
  // reasons
  'reason.NOT_FOUND',
  'reason.EMPTY',
  'reason.DAMAGED',
  'reason.MISPLACED',
  'reason.UNREACHABLE',
  // labels of facts
  'fact.item',
  'fact.lot',
  'fact.serial',
  'fact.expiry',
  'fact.place',
  'fact.tote',
  'fact.take',
  'fact.onHand',
  'fact.reserved',
  'fact.available',
  'fact.held',
  'fact.ordered',
  'fact.received',
  'fact.client',
  'fact.codes',
  'fact.next',
  'fact.status',
  'fact.from',
  // receive, the rest
  // putaway
  // pick, the rest
  // pack and ship
  // count
  // move, status, scrap
  // replenish
  // return
  // look-up
  // undo and photos
] as const
export type WordKey = (typeof WORDS)[number]
