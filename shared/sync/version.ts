/**
 * Version of the wire. The server understands PROTO and PROTO - 1; anything else is answered 426.
 *
 * 1  first release: combined push and pull, absolute rows, one feed per warehouse
 * 2  every process of the floor: their commands, pallets as rows of the feed, undo
 */
export const PROTO = 2
export const MIN_PROTO = 1
