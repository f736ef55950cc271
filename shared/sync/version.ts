/**
 * Version of the wire. The server understands PROTO and PROTO - 1; anything else is answered 426.
 *
 * 1  first release: combined push and pull, absolute rows, one feed per warehouse
 */
export const PROTO = 1
export const MIN_PROTO = 1
