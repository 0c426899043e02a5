/** What `npm start` prints when the exchange runs. */
import type { Exchange } from './exchange';

/** What a reader needs in order to use the running exchange. */
export function instructions(exchange: Exchange): string {
  const { chain, n8n, owner, projectId, tables, webhookHeader, workflows } = exchange;
  const request = {
    withdrawalId: 'w-1001',
    requestedAt: new Date().toISOString(),
    to: chain.accounts.customer,
    asset: '1.3.0',
    amount: '25.5',
    memo: 'withdrawal w-1001',
  };
  const curl = [
    `curl -s ${n8n.address}/webhook/withdrawal`,
    `-H '${webhookHeader.name}: ${webhookHeader.value}'`,
    `-H 'Content-Type: application/json'`,
    `-d '${JSON.stringify(request)}'`,
  ].join(' ');
  return `
The exchange is running.

  Editor      ${n8n.address}/workflow/${workflows['deposits-to-ledger'].id}
  Login       ${owner.email}   ${owner.password}
  Deposit     ${n8n.address}/form/deposit
  Ledger      ${n8n.address}/projects/${projectId}/datatables/${tables.deposits.id}
  Withdrawal  (answered when it is irreversible; paste it twice: it is paid once)
${curl}

  Stop        Ctrl-C
`;
}
