import { makeLabel } from '../../shared/scan/own-label.ts'
import { randomBody } from './code.ts'

/** 10 letters: 50 random bits, that nobody guesses at a log-in on a handheld and every linear scanner reads. */
const LENGTH = 10

/** The text of a new badge; only its hash is kept. */
export const newBadge = (random: (bytes: number) => Uint8Array): string => makeLabel('XB', randomBody(random, LENGTH))
