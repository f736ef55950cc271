export declare const tableOf: (dictionary: string) => string
export declare const fileOf: (table: string) => string
