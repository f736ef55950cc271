import { randomInt } from 'node:crypto'

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** A fresh name for a feed: 12 characters a-z0-9, never used before. */
export const newFeedEpoch = (): string =>
  Array.from({ length: 12 }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('')
