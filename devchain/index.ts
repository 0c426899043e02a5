/** What the tests, the demo and the benchmarks may use of devchain; the rest is its own. */
export { Devchain } from './devchain';
export type {
  DevchainAccount,
  DevchainOptions,
  ForkOptions,
  SignOptions,
  TransactionJson,
  TransferRequest,
} from './devchainOptions';
export { ChainError } from './wire/chainError';
export { ChainNode } from './chain/chainNode';
export { Fault, Faults } from './rpc/faults';
export type { FaultKind, FaultSpec } from './rpc/faults';
export type { GenesisAccount, GenesisAsset, GenesisBalance, RoleKeys } from './chain/genesis';
export { publicText } from './chain/genesis';
export type { HistoryObject } from './chain/history';
export type { HistoryOptions } from './chain/historyOptions';
export { balanceAddresses, publicKeyFromText } from './wire/keys';
export { decryptMemo, encryptMemo } from './wire/memo';
export { NodeHandle } from './rpc/nodeHandle';
export type { NodeOptions } from './rpc/nodeHandle';
export type { Poison, PoisonedBlock } from './poison';
export { WalletServer } from './wallet/walletServer';
export type { ApiLimits } from './rpc/limits';
export { bothNodes, exchangeNode, generatedHistory, generatedNode, publicNode } from './profiles';
export type { BulkTransfers } from './bulk';
export { bytesOf, textOf } from './wire/text';
