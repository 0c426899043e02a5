/** Credentials of n8n for a devchain. */
import type { Devchain } from '../../devchain';

/** BitShares Node API data for the chain's two nodes. */
export function nodeCredentialFor(chain: Devchain, change: object = {}): object {
  return {
    chain: 'custom',
    chainId: chain.chainId,
    addressPrefix: 'BTS',
    trustedUrls: chain.trustedUrl,
    delayedUrls: chain.delayedUrl,
    user: '',
    password: '',
    ...change,
  };
}

/** BitShares Keys API data of an account; without the active key unless asked for. */
export function keysCredentialFor(chain: Devchain, name: string, change: object = {}): object {
  return {
    account: name,
    memoKey: chain.account(name).keys.memo,
    olderMemoKeys: '',
    activeKey: '',
    balanceKeys: '',
    walletPassword: '',
    testNodeUrl: chain.trustedUrl,
    ...change,
  };
}
