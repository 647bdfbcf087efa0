import { FailureLog, type FailureLogOptions } from '../../util/log/failure-log.ts'

/**
 * Logs the outage of each broker. kafkajs tries to connect several times a second, and logs each
 * attempt.
 */
export class BrokerOutages {
  #options: FailureLogOptions
  #away = new Map<string, FailureLog>()

  constructor(options: FailureLogOptions) {
    this.#options = options
  }

  /** A connection to `broker` (`host:port`) failed, or was lost. */
  failed(broker: string, error: string): void {
    const failures = this.#away.get(broker) ?? new FailureLog(this.#options)
    this.#away.set(broker, failures)
    failures.failed({ broker, error }, 'broker unavailable')
  }

  /** The broker sent data. */
  responded(broker: string): void {
    this.#away.get(broker)?.worked({ broker }, 'broker available again')
    this.#away.delete(broker)
  }
}
