/**
 * Why the store cannot be opened, or must not go on.
 * - `in-use`: another living process holds the data directory. Stop that one first.
 * - `unusable`: the data directory cannot be read or written. Check its owner and the disk.
 * - `not-durable`: a commit would not survive a power cut. Fix the disk, or accept it by `ALLOW_NOT_DURABLE=1`.
 * - `too-old`: the PostgreSQL server is older than this product supports.
 */
export type StoreFaultCode = 'in-use' | 'unusable' | 'not-durable' | 'too-old'

export type StoreFault = Error & { code: StoreFaultCode }

export function storeFault(code: StoreFaultCode, message: string, cause?: unknown): StoreFault {
  return Object.assign(new Error(message, { cause }), { name: 'StoreFault', code })
}

export function isStoreFault(error: unknown): error is StoreFault {
  return error instanceof Error && error.name === 'StoreFault'
}

/** The short code of a system error (`ENOENT`), or the empty string. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
