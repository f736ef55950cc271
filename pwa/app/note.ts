/** Of what a person writes to the supervisor; the rest of a note says where they stand. */
export const NOTE_MAX = 300
