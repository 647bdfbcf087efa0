import type { Registry } from 'prom-client'
import { scrapedGauge } from './series/scraped-gauge.ts'

export const PREFIX = 'inventory_events_'

/** Gauges of progress, read at each scrape. */
export function progressGauges(register: Registry) {
  return {
    breakerOpen: scrapedGauge<'plugin'>({
      name: `${PREFIX}breaker_open`,
      help: "1 while a plugin's circuit breaker is open, which holds its deliveries; else 0.",
      labelNames: ['plugin'],
      register,
    }),
    pluginState: scrapedGauge<'plugin' | 'state'>({
      name: `${PREFIX}plugin_state`,
      help: '1 for the current state of a plugin: enabled, paused, disabled or events-off (events are off for all plugins); 0 for the others.',
      labelNames: ['plugin', 'state'],
      register,
    }),
    ready: scrapedGauge<'check'>({
      name: `${PREFIX}ready`,
      help: 'The readiness checks of a replica of the service: 1 if the check passes, else 0.',
      labelNames: ['check'],
      register,
    }),
    eventsEnabled: scrapedGauge({
      name: `${PREFIX}events_enabled`,
      help: '1 while events are on; 0 while they are off for all plugins, so that events are skipped and committed.',
      register,
    }),
    consumerLag: scrapedGauge<'topic' | 'partition'>({
      name: `${PREFIX}consumer_lag`,
      help: 'Number of records between the committed offset and the end of the partition.',
      labelNames: ['topic', 'partition'],
      register,
    }),
    consumerLagSeconds: scrapedGauge<'topic' | 'partition'>({
      name: `${PREFIX}consumer_lag_seconds`,
      help: 'Age of the oldest record that is not completed, including unread ones; 0 if there is none.',
      labelNames: ['topic', 'partition'],
      register,
    }),
    oldestUnsettledAge: scrapedGauge<'topic' | 'partition'>({
      name: `${PREFIX}oldest_unsettled_age_seconds`,
      help: 'Age of the oldest record that was read and is not completed; 0 if there is none.',
      labelNames: ['topic', 'partition'],
      register,
    }),
    oldestDeliveryAge: scrapedGauge<'plugin'>({
      name: `${PREFIX}oldest_delivery_age_seconds`,
      help: 'Age of the oldest record with an uncompleted delivery to the plugin; 0 if there is none.',
      labelNames: ['plugin'],
      register,
    }),
    inFlightLanes: scrapedGauge<'plugin'>({
      name: `${PREFIX}in_flight_lanes`,
      help: 'Number of lanes (one plugin and one record key) with queued or running deliveries.',
      labelNames: ['plugin'],
      register,
    }),
    inFlightDeliveries: scrapedGauge({
      name: `${PREFIX}in_flight_deliveries`,
      help: 'Number of queued or running deliveries.',
      register,
    }),
    inFlightBytes: scrapedGauge({
      name: `${PREFIX}in_flight_bytes`,
      help: 'Bytes of records held in memory.',
      register,
    }),
    topicRetention: scrapedGauge<'topic'>({
      name: `${PREFIX}topic_retention_seconds`,
      help: 'How long an input or dead-letter topic keeps records; none for a topic that removes none by time.',
      labelNames: ['topic'],
      register,
    }),
    deadLettersOpen: scrapedGauge<'plugin'>({
      name: `${PREFIX}dead_letters_open`,
      help: 'Number of dead letters of the partitions assigned to this replica that were neither redriven nor discarded, and that Kafka has not removed; * for those of no loaded plugin.',
      labelNames: ['plugin'],
      register,
    }),
    oldestOpenDeadLetterAge: scrapedGauge<'topic' | 'plugin'>({
      name: `${PREFIX}oldest_open_dead_letter_age_seconds`,
      help: 'Time since the oldest open dead letter was written, by its topic.',
      labelNames: ['topic', 'plugin'],
      register,
    }),
    topicPartitions: scrapedGauge<'topic'>({
      name: `${PREFIX}topic_partitions`,
      help: 'Number of partitions of the topic.',
      labelNames: ['topic'],
      register,
    }),
    assignedPartitions: scrapedGauge<'topic'>({
      name: `${PREFIX}assigned_partitions`,
      help: 'Number of partitions assigned to this replica.',
      labelNames: ['topic'],
      register,
    }),
    heartbeatAge: scrapedGauge({
      name: `${PREFIX}heartbeat_age_seconds`,
      help: 'Time since the group coordinator last responded to this replica.',
      register,
    }),
    fetchAge: scrapedGauge({
      name: `${PREFIX}fetch_age_seconds`,
      help: 'Time since the last attempt of the fetch loop, successful or not.',
      register,
    }),
    pausedPartitions: scrapedGauge({
      name: `${PREFIX}paused_partitions`,
      help: 'Number of paused partitions: memory is full, a record waits, or marks and states are read.',
      register,
    }),
    unaccountedDeliveries: scrapedGauge({
      name: `${PREFIX}unaccounted_deliveries`,
      help: 'Deliveries accepted minus those ended or in flight. Any value but 0 is a bug.',
      register,
    }),
  }
}
