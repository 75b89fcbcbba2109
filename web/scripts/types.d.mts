/** The desk's wire types as one TypeScript file. */
export function wireTypes(): Promise<string>;
