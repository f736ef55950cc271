/**
 * Version of the wire. The server understands MIN_PROTO to PROTO; anything else is answered 426.
 *
 * 1  first release: combined push and pull, absolute rows, one feed per warehouse
 * 2  every process of the floor: their commands, pallets as rows of the feed, undo
 * 3  receiving: refused and gathered goods name their pallet and delivery (both optional: earlier ones are read as before)
 * 4  a handheld names places that it counts blind without a task, and has them withheld and sent anew (both optional)
 * 5  the label of a box is asked for again (a command more)
 */
export const PROTO = 5
export const MIN_PROTO = 1
