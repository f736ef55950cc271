import type { ExceptionKind, RefusalCode } from '../../shared/exception.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { Effects } from '../../shared/ledger/effects.ts'
import {
  addToOrder,
  fromElsewhere,
  moveBack,
  pickRest,
  putBack,
  releaseTaken,
  scrapTaken,
  shortLine,
  splitTote,
} from './remedy-order.ts'
import { callBack, goOn } from './remedy-hold.ts'
import type { At, Cure } from './remedy-parts.ts'
import { allowPlace, movePallet, onePiece, putElsewhere } from './remedy-place.ts'
import {
  acceptMore,
  block,
  correctDate,
  keepThem,
  matchOrder,
  otherLot,
  rebook,
  scrapThem,
  sendBack,
  withoutOrder,
} from './remedy-receipt.ts'

const ofReceipt = { accept: acceptMore, return: sendBack, block }

/** Choices that change the books or make work. Every other one says what was done, and the fact stands as it is. */
const CURES: Readonly<Partial<Record<ExceptionKind, Readonly<Record<string, Cure>>>>> = {
  over_receipt: ofReceipt,
  unexpected_item: ofReceipt,
  late_line: { return: sendBack, block },
  short_life: { return: sendBack, block },
  lot_date: { correct: correctDate, newLot: otherLot, block },
  lot_blocked: { putBack },
  other_client: { rebook },
  over_return: { block },
  wrong_serial_returned: { block },
  not_shipped: { match: matchOrder, blindReturn: withoutOrder, block },
  scrap_pending: { accept: scrapThem, release: keepThem },
  order_cancelled: { putBack },
  order_changed: { pickRest, putBack },
  hold_ignored: { callBack, goOn },
  picked_twice: { putBack },
  over_pick: { putBack },
  wrong_lot: { repick: putBack },
  lot_swapped_late: { repick: putBack },
  fefo_broken: { repick: putBack },
  not_in_order: { putBack, add: addToOrder },
  not_available: { putBack, release: releaseTaken, scrap: scrapTaken },
  reservation_broken: { elsewhere: fromElsewhere, short: shortLine, moveBack },
  short_pick: { elsewhere: fromElsewhere, short: shortLine },
  tote_conflict: { split: splitTote },
  forbidden_place: { move: putElsewhere, allow: allowPlace },
  moved_twice: { move: movePallet },
  lpn_elsewhere: { move: movePallet },
  serial_twice: { move: onePiece },
}

/** Whether a choice does more than say what was done. */
export const hasRemedy = (kind: ExceptionKind, choice: string): boolean => CURES[kind]?.[choice] !== undefined

/** What a choice does about it. */
export const remedyOf = (at: At, choice: string): Effects | RefusalCode =>
  CURES[at.trouble.kind]?.[choice]?.(at) ?? NOTHING
