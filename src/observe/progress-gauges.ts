import type { Registry } from 'prom-client'
import { scrapedGauge } from './scraped-gauge.ts'

export const PREFIX = 'inventory_events_'

/** Gauges of how far the work is, asked for at each scrape. */
export function progressGauges(register: Registry) {
  return {
    breakerOpen: scrapedGauge<'plugin'>({
      name: `${PREFIX}breaker_open`,
      help: '1 while a plugin fails on so many entities that its deliveries are held.',
      labelNames: ['plugin'],
      register,
    }),
    consumerLag: scrapedGauge<'topic' | 'partition'>({
      name: `${PREFIX}consumer_lag`,
      help: 'Records between the committed offset and the end of the partition.',
      labelNames: ['topic', 'partition'],
      register,
    }),
    consumerLagSeconds: scrapedGauge<'topic' | 'partition'>({
      name: `${PREFIX}consumer_lag_seconds`,
      help: 'For how long the oldest record that is not completed has waited, one that is not read yet included; 0 without one.',
      labelNames: ['topic', 'partition'],
      register,
    }),
    oldestUnsettledAge: scrapedGauge<'topic' | 'partition'>({
      name: `${PREFIX}oldest_unsettled_age_seconds`,
      help: 'Age of the oldest record with a delivery that is not completed; 0 without one.',
      labelNames: ['topic', 'partition'],
      register,
    }),
    oldestDeliveryAge: scrapedGauge<'plugin'>({
      name: `${PREFIX}oldest_delivery_age_seconds`,
      help: "Age of the oldest record that a plugin's handler has not completed; 0 without one.",
      labelNames: ['plugin'],
      register,
    }),
    inFlightLanes: scrapedGauge<'plugin'>({
      name: `${PREFIX}in_flight_lanes`,
      help: 'Lanes (a plugin and a record key) with deliveries that are queued or being handled.',
      labelNames: ['plugin'],
      register,
    }),
    inFlightDeliveries: scrapedGauge({
      name: `${PREFIX}in_flight_deliveries`,
      help: 'Deliveries that are queued or being handled.',
      register,
    }),
    inFlightBytes: scrapedGauge({
      name: `${PREFIX}in_flight_bytes`,
      help: 'Bytes of records that are held in memory.',
      register,
    }),
    topicPartitions: scrapedGauge<'topic'>({
      name: `${PREFIX}topic_partitions`,
      help: 'Partitions that a topic has.',
      labelNames: ['topic'],
      register,
    }),
    assignedPartitions: scrapedGauge<'topic'>({
      name: `${PREFIX}assigned_partitions`,
      help: 'Partitions that this replica owns.',
      labelNames: ['topic'],
      register,
    }),
    heartbeatAge: scrapedGauge({
      name: `${PREFIX}heartbeat_age_seconds`,
      help: "Time since the group's coordinator last answered this replica.",
      register,
    }),
    fetchAge: scrapedGauge({
      name: `${PREFIX}fetch_age_seconds`,
      help: 'Time since the fetch loop last tried anything, in vain or not.',
      register,
    }),
    pausedPartitions: scrapedGauge({
      name: `${PREFIX}paused_partitions`,
      help: 'Partitions that are not read at the moment, because there is no room or a wait.',
      register,
    }),
    unaccountedDeliveries: scrapedGauge({
      name: `${PREFIX}unaccounted_deliveries`,
      help: 'Deliveries taken in less those that ended or are still held. Anything but 0 is a defect.',
      register,
    }),
  }
}
