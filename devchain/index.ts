export { Devchain } from './devchain';
export type {
  DevchainAccount,
  DevchainOptions,
  ForkOptions,
  SignOptions,
  TransactionJson,
  TransferRequest,
} from './devchainOptions';
export { ChainError } from './chainError';
export { ChainNode } from './chainNode';
export { Fault, Faults } from './faults';
export type { FaultKind, FaultSpec } from './faults';
export type { GenesisAccount, GenesisAsset, GenesisBalance, RoleKeys } from './genesis';
export { publicText } from './genesis';
export type { HistoryObject } from './history';
export type { HistoryOptions } from './historyOptions';
export { balanceAddresses, publicKeyFromText } from './keys';
export { decryptMemo, encryptMemo } from './memo';
export { NodeHandle } from './nodeHandle';
export type { NodeOptions } from './nodeHandle';
export type { Poison, PoisonedBlock } from './poison';
export { WalletServer } from './wallet/walletServer';
export type { ApiLimits } from './rpc/limits';
export { bothNodes, exchangeNode, generatedHistory, generatedNode, publicNode } from './profiles';
export type { BulkTransfers } from './bulk';
export { bytesOf, textOf } from './wire/text';
