export { Devchain } from './devchain';
export type {
  DevchainAccount,
  DevchainOptions,
  ForkOptions,
  SignOptions,
  TransactionJson,
  TransferRequest,
} from './devchain_options';
export { ChainError } from './chain_error';
export { ChainNode } from './chain_node';
export { Fault, Faults } from './faults';
export type { FaultKind, FaultSpec } from './faults';
export type { GenesisAccount, GenesisAsset, GenesisBalance, RoleKeys } from './genesis';
export { publicText } from './genesis';
export type { HistoryObject } from './history';
export type { HistoryOptions } from './history_options';
export { balanceAddresses, publicKeyFromText } from './keys';
export { decryptMemo, encryptMemo } from './memo';
export { NodeHandle } from './node_handle';
export type { NodeOptions } from './node_handle';
export { WalletServer } from './wallet/wallet_server';
export type { ApiLimits } from './rpc/limits';
export { bothNodes, exchangeNode, generatedHistory, generatedNode, publicNode } from './profiles';
export type { BulkTransfers } from './bulk';
