import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.xerial.snappy.Snappy;

/**
 * Compresses bytes as Kafka's own producer does with the records of a batch.
 *
 * Arguments: input file, output file. A line of the input is bytes in hex; a line of the output is
 * the same compressed in hex: gzip, snappy, a bare snappy block, lz4, zstd.
 */
public class Compress {
  public static void main(String[] args) throws Exception {
    var out = new StringBuilder();
    for (String line : Files.readAllLines(Path.of(args[0]))) {
      byte[] plain = HexFormat.of().parseHex(line);
      out.append(hex(compressed(CompressionType.GZIP, plain))).append(' ');
      out.append(hex(compressed(CompressionType.SNAPPY, plain))).append(' ');
      out.append(hex(Snappy.compress(plain))).append(' ');
      out.append(hex(compressed(CompressionType.LZ4, plain))).append(' ');
      out.append(hex(compressed(CompressionType.ZSTD, plain))).append('\n');
    }
    Files.writeString(Path.of(args[1]), out);
  }

  static byte[] compressed(CompressionType type, byte[] plain) throws Exception {
    var buffer = new ByteBufferOutputStream(512);
    var compression = Compression.of(type).build();
    try (var stream = compression.wrapForOutput(buffer, RecordBatch.CURRENT_MAGIC_VALUE)) {
      stream.write(plain);
    }
    byte[] bytes = new byte[buffer.buffer().flip().remaining()];
    buffer.buffer().get(bytes);
    return bytes;
  }

  static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
