import { inflateRawSync } from 'node:zlib'
import type { Inflate } from '../../pwa/sync/inflate.ts'

/** Unpacks at once: virtual time does not pass in it. */
export const inflateAtHand: Inflate = async bytes => inflateRawSync(bytes)
