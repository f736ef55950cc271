/** Wrong passwords of one log-in name: five are free, then each wait is twice the one before, up to an hour. */
const FREE = 5
const FIRST_WAIT_MS = 30_000
const LONGEST_WAIT_MS = 3_600_000
/** A name that was quiet for so long begins anew. */
export const FORGET_MS = 24 * 3_600_000

/** How long nobody may try after the `failures`th failure in a row, milliseconds. */
export const waitAfter = (failures: number): number =>
  failures < FREE ? 0 : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(20, failures - FREE))
