/** The tables, by name. */
export interface Database {}
