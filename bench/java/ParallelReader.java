import io.confluent.parallelconsumer.ParallelConsumerOptions;
import io.confluent.parallelconsumer.ParallelConsumerOptions.ProcessingOrder;
import io.confluent.parallelconsumer.ParallelStreamProcessor;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads a topic in order per key, waiting for each record; prints measurements as a line of JSON. */
public class ParallelReader {
  public static void main(String[] args) throws Exception {
    String topic = args[1];
    long records = Long.parseLong(args[3]);
    int concurrency = Integer.parseInt(args[4]);
    long waitMs = Long.parseLong(args[5]);

    var options = ParallelConsumerOptions.<String, byte[]>builder()
        .consumer(new KafkaConsumer<>(settings(args[0], args[2])))
        .ordering(ProcessingOrder.KEY)
        .maxConcurrency(concurrency)
        .build();
    var processor = ParallelStreamProcessor.createEosStreamProcessor(options);
    var meter = new Meter();
    var count = new AtomicLong();
    var done = new CountDownLatch(1);
    processor.subscribe(List.of(topic));
    processor.poll(record -> {
      meter.begin();
      sleep(waitMs);
      if (count.incrementAndGet() == records) done.countDown();
    });
    if (!done.await(10, TimeUnit.MINUTES)) {
      System.err.println("read " + count + " of " + records + " records");
      System.exit(1);
    }
    meter.end();
    processor.closeDrainFirst();
    System.out.println(meter.sample(records, records));
    System.exit(0);
  }

  private static Properties settings(String brokers, String groupId) {
    var settings = new Properties();
    settings.put("bootstrap.servers", brokers);
    settings.put("group.id", groupId);
    settings.put("auto.offset.reset", "earliest");
    settings.put("enable.auto.commit", "false");
    settings.put("key.deserializer", StringDeserializer.class.getName());
    settings.put("value.deserializer", ByteArrayDeserializer.class.getName());
    return settings;
  }

  private static void sleep(long ms) {
    try {
      Thread.sleep(ms);
    } catch (InterruptedException error) {
      throw new IllegalStateException(error);
    }
  }
}
