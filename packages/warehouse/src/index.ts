export * from './warehouse.ts'
export * from './tables.ts'
