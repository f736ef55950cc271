/**
 * Every kind of trouble that needs a person, documented in place. An exception is a fact that contradicts the books:
 * the fact stands, a supervisor decides what follows.
 */
export const EXCEPTIONS = {
  over_receipt: 'More came in than was ordered and than the policy allows, counting all handhelds.',
  unexpected_item: 'Goods came in that the delivery does not name.',
  asn_difference: 'An announced pallet held more, less or other goods than its supplier had said.',
  late_line: 'Goods were received on a delivery that was closed already; the ERP gets a supplement.',
  short_life: 'The remaining shelf life at receipt is below what the client accepts.',
  lot_date: 'A lot came with another expiry date than the one known.',
  unknown_code: 'A code was scanned that no item has; the text is kept.',
  negative_stock: 'A fact took a stock row below zero.',
  serial_twice: 'A serial number came in that the books have in another place.',
  picked_twice: 'A line was picked by two people.',
  over_pick: 'More was picked than the line wants.',
  wrong_lot: 'Another lot than the reserved one was picked against the policy.',
  lot_swapped_late: 'A lot was picked instead of another, and somebody had begun to pick what it was exchanged for.',
  fefo_broken: 'A later lot was picked although an earlier one was free.',
  not_available: 'Blocked, held or damaged stock was taken.',
  reservation_broken: 'A fact took stock that another line had reserved.',
  tote_conflict: 'One tote was bound to two orders by handhelds that could not see each other.',
  forbidden_place: 'Goods stand where the rules of the place forbid it, or the place is closed.',
  not_in_order: 'Goods were packed or came back that the order does not have.',
  late_after_count: 'A movement from before a posted count arrived after it.',
  order_unknown: 'Whether a movement was before or after a count cannot be told from the clocks.',
  moved_twice: 'Goods were moved from a place where the books do not have them any more.',
  lpn_elsewhere: 'A pallet was used in another place than the books say.',
  over_return: 'More came back than was sent.',
  wrong_serial_returned: 'A lot or serial came back that was never sent on this order.',
  not_shipped: 'Goods came back of an order that has not left, or an order left that was not ready.',
  scrap_pending: 'More was to be scrapped than the worker may decide; the goods are blocked and wait.',
  undo_late: 'A step was taken back after its goods had moved on.',
  count_variance: 'A count differs from the books by more than the counter may post.',
  pack_mismatch: 'A tote held less or other goods than the books say.',
  device_silent: 'A handheld has steps that were never sent and is not heard of.',
  order_cancelled: 'Work was done on an order that had been cancelled.',
  order_changed: 'The ERP changed a document after work on it had begun.',
  short_pick: 'The picker found less than the books say.',
  other_client: 'Goods of one client came in under the document of another.',
  role_missing: 'The worker has lost the role meanwhile; the fact is booked.',
  lease_lost: 'The task was given to another device meanwhile; the fact is booked.',
  quarantined: 'A command could not be read or trusted; its bytes are kept.',
  storage_lost: 'A handheld lost its queue database and started a new epoch.',
  movements_missing: 'A declared hole in the numbers of a handheld.',
  device_forked: 'Two different commands carry one number: the device is frozen.',
  clock_wrong: 'A handheld clock is more than two minutes off; times were corrected.',
} as const
export type ExceptionKind = keyof typeof EXCEPTIONS

/** Why a command was kept raw instead of booked as it says. The first five are trusted: signature, chain and role hold. */
export const QUARANTINE = {
  unreadable: 'The body is not readable, or a field breaks its limits.',
  unknown_version: 'The command has a version this server does not know.',
  unknown_type: 'The command has a type this server does not know.',
  unknown_reference: 'An item, place, document or task of the command is not known here.',
  handler_failed: 'The rules threw on this command: a bug of ours, kept for re-processing.',
  bad_signature: 'The signature does not belong to the device.',
  broken_chain: 'The hash does not continue the chain of the epoch.',
  envelope_mismatch: 'Device, epoch or number inside the signed bytes differ from the envelope.',
  forked: 'Another command was known under this number.',
  not_authorised: 'The worker never had a role for this act.',
  revoked: 'The device had been revoked or declared lost.',
} as const
export type QuarantineReason = keyof typeof QUARANTINE
export const TRUSTED_QUARANTINE: readonly QuarantineReason[] = [
  'unreadable',
  'unknown_version',
  'unknown_type',
  'unknown_reference',
  'handler_failed',
]

/** Answers of the API to requests that could not be served, documented in place; `code` in the body. */
export const REFUSALS = {
  bad_request: 'The body is not the JSON that this route reads.',
  too_large: 'The body is over the limit of this route.',
  unknown_proto: 'This app speaks a version of the protocol that the server does not.',
  use_nonce: 'Repeat once with the nonce of this answer.',
  unauthorised: 'No valid device token or proof.',
  revoked: 'This device has been revoked; its queue is still accepted for review.',
  foreign_device: 'The token belongs to another device.',
  busy: 'A request of this device is being served already.',
  not_found: 'No such thing here.',
  token_spent: 'The set-up code was used or has run out.',
  role: 'The worker may not do this.',
  stale: 'The thing changed meanwhile; look again.',
  own_count: 'You counted this; someone else approves.',
  provisional:
    'Handhelds have not reported since this count, or another look is due; say `early` to decide all the same.',
  reason: 'This decision needs a reason.',
  leased: 'Somebody else has this task.',
  rate_limited: 'Too many requests; wait as Retry-After says.',
  credentials: 'The name or the password is not right.',
  forged: 'The request does not come from the desk’s own page.',
  password_change: 'The password was given by somebody else: choose your own first.',
  taken: 'Somebody else has this name.',
  gone: 'The goods are not there any more, or somebody has reserved them.',
  linked: 'Another item has this code already.',
  untrusted: 'This command is kept because it cannot be trusted; it is never booked.',
  still: 'It can still not be booked; what it speaks of is not known here.',
  fault: 'A fault of ours; it was logged with this id.',
} as const
export type RefusalCode = keyof typeof REFUSALS
