import com.sun.management.OperatingSystemMXBean;
import io.confluent.parallelconsumer.ParallelConsumerOptions;
import io.confluent.parallelconsumer.ParallelConsumerOptions.ProcessingOrder;
import io.confluent.parallelconsumer.ParallelStreamProcessor;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
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
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private static long begunNanos;
  private static long begunCpuNanos;

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
    var count = new AtomicLong();
    var done = new CountDownLatch(1);
    processor.subscribe(List.of(topic));
    processor.poll(record -> {
      begin();
      sleep(waitMs);
      if (count.incrementAndGet() == records) done.countDown();
    });
    if (!done.await(10, TimeUnit.MINUTES)) {
      System.err.println("read " + count + " of " + records + " records");
      System.exit(1);
    }
    long wallNanos = System.nanoTime() - begunNanos;
    long cpuNanos = SYSTEM.getProcessCpuTime() - begunCpuNanos;
    processor.closeDrainFirst();
    System.out.printf(
        "{\"records\":%d,\"wallMs\":%.3f,\"cpuMs\":%.3f,\"peakMiB\":%.1f}%n",
        records, wallNanos / 1e6, cpuNanos / 1e6, peakMiB());
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

  private static synchronized void begin() {
    if (begunNanos != 0) return;
    begunCpuNanos = SYSTEM.getProcessCpuTime();
    begunNanos = System.nanoTime();
  }

  private static void sleep(long ms) {
    try {
      Thread.sleep(ms);
    } catch (InterruptedException error) {
      throw new IllegalStateException(error);
    }
  }

  /** If the system does not report it, the memory reserved by the JVM. */
  private static double peakMiB() throws Exception {
    var status = Path.of("/proc/self/status");
    if (!Files.exists(status)) return Runtime.getRuntime().totalMemory() / 1048576.0;
    for (String line : Files.readAllLines(status)) {
      if (line.startsWith("VmHWM:")) return Double.parseDouble(line.replaceAll("\\D", "")) / 1024;
    }
    return 0;
  }
}
