/** What the tests in workerd run as their Worker: the Durable Objects, and nothing that answers. */
export { OrgDirectory } from '../../src/platform/workers/org-directory.ts'
export { OrgLedger } from '../../src/platform/workers/org-ledger.ts'
export { OrgStore } from '../../src/platform/workers/org-store.ts'

export default { fetch: () => new Response(null, { status: 404 }) }
