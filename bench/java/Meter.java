import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Measures this process from `begin` to `end`; repeated calls of `begin` have no effect. */
class Meter {
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private long begunNanos;
  private long begunCpuNanos;
  private long wallNanos;
  private long cpuNanos;

  synchronized void begin() {
    if (begunNanos != 0) return;
    begunCpuNanos = SYSTEM.getProcessCpuTime();
    begunNanos = System.nanoTime();
  }

  synchronized void end() {
    wallNanos = System.nanoTime() - begunNanos;
    cpuNanos = SYSTEM.getProcessCpuTime() - begunCpuNanos;
  }

  /** A line of JSON. */
  String sample(long records, long wanted) throws IOException {
    return String.format(
        Locale.ROOT,
        "{\"records\":%d,\"wallMs\":%.3f,\"cpuMs\":%.3f,\"peakMiB\":%.1f,\"more\":{\"wanted\":%d}}",
        records, wallNanos / 1e6, cpuNanos / 1e6, peakMiB(), wanted);
  }

  /** If the system does not report it, the memory reserved by the JVM. */
  private static double peakMiB() throws IOException {
    var status = Path.of("/proc/self/status");
    if (!Files.exists(status)) return Runtime.getRuntime().totalMemory() / 1048576.0;
    for (String line : Files.readAllLines(status)) {
      if (line.startsWith("VmHWM:")) return Double.parseDouble(line.replaceAll("\\D", "")) / 1024;
    }
    return 0;
  }
}
