import { startGateway, type Gateway, type GatewayOptions } from './gateway.ts'
import { startWorkerGateway } from './worker-gateway.ts'

export interface Host {
  readonly host: string
  readonly start: (options: GatewayOptions) => Promise<Gateway>
}

/** The hosts that every HTTP test runs on. */
export const hosts: readonly Host[] = [
  { host: 'node', start: startGateway },
  { host: 'workerd', start: startWorkerGateway },
]
