/** The public face of the protocol room: bytes, keys, memos, operations and transactions, without IO, clock or randomness. */
export * from './addresses';
export * from './amounts';
export * from './blockId';
export * from './brainKeys';
export * from './bts1Export';
export * from './chains';
export * from './hashes';
export * from './ids';
export { isWif, nullPublicKey, PrivateKey, PublicKey } from './keys';
export * from './memo';
export { maskPrivateKeys, removedPrivateKey } from './memoMasking';
export * from './operations';
export * from './operationTypes';
export * from './time';
export * from './transaction';
