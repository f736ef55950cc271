/** A file of its own, so that nothing of it is loaded before the first scan. */
export { inflateSync as inflate } from 'fflate'
