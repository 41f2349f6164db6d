export * from './core/index.js'
export * from './broker/index.js'
export * from './react/index.js'
